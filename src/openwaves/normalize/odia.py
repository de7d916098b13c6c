"""Odia: ଶହେ for one hundred, ordinals by their written ending, hours in -ଟା."""

from openwaves.normalize.indian import Indian

_AFTER_YEARS = frozenset({"ରେ", "ରୁ", "ର", "ଠାରୁ", "ପର୍ଯ୍ୟନ୍ତ"})
_DAYS = {1: "ପହିଲା", 2: "ଦୋସରା", 3: "ତେସରା", 4: "ଚଉଠା"}
_CASES = frozenset({"ରେ", "ରୁ", "ର", "କୁ"})


class Odia(Indian):
    """Standard Odia."""

    code = "or"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """From 100 to 199 as ଶହେ ତେଇଶ; inside a greater number as ଏକ ଶହ ତେଇଶ."""
        if not 100 <= number < 200:
            return super().cardinal(number)
        rest = number - 100
        return f"ଶହେ {self.numbers[rest][0]}" if rest else "ଶହେ"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "o" ପ୍ରଥମ, "t" ଏକୋଇଶତମ, "d" ପହିଲା, "c" a count or case ending."""
        if form == "d" and number in _DAYS:
            return _DAYS[number]
        if form == "c":
            year = suffix in _CASES and 1100 <= number <= 2100
            return (self.year(number) if year else self.cardinal(number)) + suffix
        row = self.ordinals.get(number)
        return row[0] if row and (form != "t" or number <= 12 or number == 100) else f"{self.cardinal(number)}ତମ"

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether an ending makes an ordinal."""
        return form != "c"

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by a case ending or the day beside them, too."""
        last = 1700 < number < 2000 and number % 100 > 0
        known = bool({before, after} & _AFTER_YEARS) or (before.isdecimal() and len(before) < 3)
        return (last and known) or after in self.months or super().is_year(number, before, after)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """ନଅଟା, ନଅଟା ତିରିଶ; before ଟା or ଘଣ୍ଟା only the numbers."""
        hours = self.cardinal(hour)
        if after == "h" or after.startswith(("ଟା", "ଘଣ୍ଟା")):
            return f"{hours} {self.cardinal(minute)}" if minute else hours
        if second is not None:
            return f"{hours}ଟା {self.cardinal(minute)} ମିନିଟ {self.cardinal(second)} ସେକେଣ୍ଡ"
        return f"{hours}ଟା {self.cardinal(minute)}" if minute else f"{hours}ଟା"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half has a word of its own."""
        return "ଅଧା" if (numerator, denominator) == (1, 2) else super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """ଦେଢ଼, ଅଢ଼େଇ, ସାଢ଼େ, ସୱା and ପଉଣେ; other fractions after ଓ."""
        if (numerator, denominator) == (1, 2):
            return {1: "ଦେଢ଼", 2: "ଅଢ଼େଇ"}.get(whole, f"ସାଢ଼େ {self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4):
            return f"ସୱା {self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4):
            return f"ପଉଣେ {self.cardinal(whole + 1)}"
        return super().mixed(whole, numerator, denominator)
