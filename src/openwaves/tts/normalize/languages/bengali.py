"""Bengali: ordinals and days by their written ending, counted things and years with theirs."""

from openwaves.tts.normalize.languages.indian import Indian

_DAYS = {1: "পয়লা", 2: "দোসরা", 3: "তেসরা", 4: "চৌঠা"}
_SHORT_TWO = ("টি", "টো", "জন", "খানা", "খানি")


class Bengali(Indian):
    """Standard Bengali with the words of both sides of the border where they differ little."""

    code = "bn"
    fused_hundreds = True

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "o" প্রথম, "t" একুশতম, "h" দুশো, "d" পঁচিশে, "y" ending of a year, "c" of a count."""
        if form == "d":
            return self._day_word(number, suffix)
        if form == "y":
            return f"{self.year(number)}{' ' if suffix.startswith('এ') else ''}{suffix}"
        if form == "c":
            short = number == 2 and suffix.startswith(_SHORT_TWO)
            return ("দু" if short else self.cardinal(number)) + suffix
        if form == "h" and not (10 < number < 19 and suffix == "শ"):
            return self.numbers[number * 100][0] if 0 < number < 10 else f"{self.cardinal(number)}শো"
        row = self.ordinals.get(number)
        return row[0] if row and (form != "t" or number <= 10 or number == 100) else f"{self.cardinal(number)}তম"

    def _day_word(self, number: int, suffix: str) -> str:
        """As in পয়লা, পাঁচই, একুশে."""
        if number in _DAYS:
            return _DAYS[number]
        words = self.cardinal(number)
        return words + ("ে" if suffix == "শে" and words.endswith("শ") else suffix)
