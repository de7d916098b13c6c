"""Marathi: one hundred by itself, ordinals of three genders."""

from openwaves.tts.normalize.languages.indian import Indian

_ENDINGS = {"m": "ा", "f": "ी", "n": "े", "o": "्या"}


class Marathi(Indian):
    """Standard Marathi; ordinals keep the gender that their ending shows."""

    code = "mr"
    fused_hundreds = True

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; 100 by itself is शंभर."""
        return "शंभर" if number == 100 else super().cardinal(number)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" पाचवा, "f" पाचवी, "n" पाचवे, "o" पाचव्या, "f त" पाचवीत; other endings stay as written."""
        if not self.is_ordinal(number, form, suffix):
            return self.cardinal(number) + suffix
        gender, _, case = form.partition(" ")
        column = "mfno".find(gender or "m")
        row = self.ordinals.get(number)
        words = row[column] if row else _ordinal_stem(self.cardinal(number)) + "व" + _ENDINGS["mfno"[column]]
        return words + case


def _ordinal_stem(words: str) -> str:
    """What the ordinal's ending is put to: विसा for वीस, एक्कावन्ना; the numbers that end in a vowel are unchanged."""
    if words == "शंभर":
        return "शंभरा"
    head, space, last = words.rpartition(" ")
    if last == "नऊ":
        stem = "नव"
    elif last in {"पाच", "सात", "आठ"} or not "क" <= last[-1] <= "ह":
        stem = last
    elif last.endswith("ीस"):
        stem = last[:-2] + "िसा"
    else:
        stem = last + "ा"
    return head + space + stem
