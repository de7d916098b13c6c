"""Punjabi in Gurmukhi: ordinals by their written ending."""

from openwaves.tts.normalize.languages.indian import Indian

# Source: CLDR, ordinals. The others drop a final ਾ or ਵੇਂ or are the cardinal.
_STEMS = {
    "ਨੌਂ": "ਨੌ", "ਗਿਆਰਾਂ": "ਗਿਆਰ੍ਹ", "ਬਾਰਾਂ": "ਬਾਰ੍ਹ", "ਤੇਰਾਂ": "ਤੇਰ੍ਹ", "ਚੌਦਾਂ": "ਚੌਦ", "ਪੰਦਰਾਂ": "ਪੰਦਰ", "ਸੋਲਾਂ": "ਸੋਲ੍ਹ",
    "ਸਤਾਰਾਂ": "ਸਤਾਰ੍ਹ", "ਅਠਾਰਾਂ": "ਅਠਾਰ੍ਹ",
}  # fmt: skip


class Punjabi(Indian):
    """Standard Punjabi; ordinals keep the gender that their ending shows."""

    code = "pa"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" ਪੰਜਵਾਂ, "f" ਪੰਜਵੀਂ, "o" ਪੰਜਵੇਂ; endings that are no ordinal's stay as written."""
        if not self.is_ordinal(number, form, suffix):
            return f"{self.cardinal(number)} {suffix}"
        column = "mfo".find(form or "m")
        row = self.ordinals.get(number)
        if row:
            return row[column]
        head, space, last = self.cardinal(number).rpartition(" ")
        stem = last[:-1] if last.endswith("ੰਜਾ") else _STEMS.get(last, last.removesuffix("ਵੇਂ"))
        return head + space + stem + ("ਵਾਂ", "ਵੀਂ", "ਵੇਂ")[column]
