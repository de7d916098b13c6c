"""Bengali: fused hundreds, ordinals and days by their written ending, hours in -টা."""

from openwaves.normalize.indian import Indian

_AFTER_YEARS = frozenset({"এর", "এ", "থেকে", "পর্যন্ত"})
_DAYS = {1: "পয়লা", 2: "দোসরা", 3: "তেসরা", 4: "চৌঠা"}
_SHORT_TWO = ("টি", "টো", "জন", "খানা", "খানি")


class Bengali(Indian):
    """Standard Bengali with the words of both sides of the border where they differ little."""

    code = "bn"

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

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether an ending makes an ordinal."""
        return form in {"o", "t", "d", ""}

    def _day_word(self, number: int, suffix: str) -> str:
        """As in পয়লা, পাঁচই, একুশে."""
        if number in _DAYS:
            return _DAYS[number]
        words = self.cardinal(number)
        return words + ("ে" if suffix == "শে" and words.endswith("শ") else suffix)

    def year(self, number: int) -> str:
        """As in উনিশশো একাত্তর; years of this century are numbers."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19:
            return self.cardinal(number)
        tail = f" {self.numbers[rest][0]}" if rest else ""
        return f"{self.numbers[hundreds][0]}{self.scale_names[100][0]}{tail}"

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by a case ending or the day beside them, too."""
        last = 1700 < number < 2000 and number % 100 > 0
        known = bool({before, after} & _AFTER_YEARS) or (before.isdecimal() and len(before) < 3)
        return (last and known) or after in self.months or super().is_year(number, before, after)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """নয়টা, নয়টা ত্রিশ; before টা or ঘণ্টা only the numbers."""
        hours = self.cardinal(hour)
        if after == "h" or after.startswith(("টা", "টে", "ঘণ্টা", "ঘন্টা")):
            return f"{hours} {self.cardinal(minute)}" if minute else hours
        if second is not None:
            return f"{hours}টা {self.cardinal(minute)} মিনিট {self.cardinal(second)} সেকেন্ড"
        return f"{hours}টা {self.cardinal(minute)}" if minute else f"{hours}টা"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half has a word of its own."""
        return "অর্ধেক" if (numerator, denominator) == (1, 2) else super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """দেড়, আড়াই, সাড়ে, সওয়া and পৌনে; other fractions after এবং."""
        if (numerator, denominator) == (1, 2):
            return {1: "দেড়", 2: "আড়াই"}.get(whole, f"সাড়ে {self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4):
            return f"সওয়া {self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4):
            return f"পৌনে {self.cardinal(whole + 1)}"
        return super().mixed(whole, numerator, denominator)
