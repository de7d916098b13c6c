"""Gujarati: ordinals of three genders."""

from openwaves.tts.normalize.languages.indian import Indian

_FROM = "થી"
"""The ending of ચોથી, and the word for "from" after any other number."""

_ENDINGS = {"m": "મો", "f": "મી", "n": "મું", "o": "મા"}


class Gujarati(Indian):
    """Standard Gujarati; ordinals keep the gender that their ending shows."""

    code = "gu"
    fused_hundreds = True

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" પાંચમો, "f" પાંચમી, "n" પાંચમું, "o" પાંચમા, "f એ" પાંચમીએ; other endings stay as written."""
        if not self.is_ordinal(number, form, suffix):
            if suffix == _FROM:
                return (self.year(number) if self.is_year(number, "", suffix) else self.cardinal(number)) + suffix
            return f"{self.cardinal(number)} {suffix}"
        gender, _, case = form.partition(" ")
        column = "mfno".find(gender or "n")
        row = self.ordinals.get(number)
        return (row[column] if row else self.cardinal(number) + _ENDINGS["mfno"[column]]) + case
