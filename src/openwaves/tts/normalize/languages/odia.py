"""Odia: one hundred by itself, ordinals by their written ending, ranges with an ending."""

from openwaves.tts.normalize.languages.indian import Indian

_DAYS = {1: "ପହିଲା", 2: "ଦୋସରା", 3: "ତେସରା", 4: "ଚଉଠା"}
_CASES = frozenset({"ରେ", "ରୁ", "ର", "କୁ"})


class Odia(Indian):
    """Standard Odia."""

    code = "or"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; 100 by itself is ଶହେ."""
        return "ଶହେ" if number == 100 else super().cardinal(number)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "o" ପ୍ରଥମ, "t" ଏକୋଇଶତମ, "d" ପହିଲା, "c" a count or case ending."""
        if form == "d" and number in _DAYS:
            return _DAYS[number]
        if form == "c":
            year = suffix in _CASES and 1100 <= number <= 2100
            return (self.year(number) if year else self.cardinal(number)) + suffix
        row = self.ordinals.get(number)
        return row[0] if row and (form != "t" or number <= 12 or number == 100) else f"{self.cardinal(number)}ତମ"

    def range_start(self, words: str) -> tuple[str, str]:
        """The first number takes "from" as its ending: ଦଶରୁ."""
        return words + self.symbols["to"], ""
