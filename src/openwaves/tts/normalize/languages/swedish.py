"""Swedish: en and ett, years in hundreds."""

from openwaves.tts.normalize.languages.european import European

_PART_ENDINGS = ("åttonde", "nionde", "tionde", "onde")


class Swedish(European):
    """Forms of a number: "" and "n" ett, "c" en."""

    code = "sv"
    library = "sv"

    def plain(self, number: int) -> str:
        """With two t in "ettusen"."""
        return super().plain(number).replace("etttusen", "ettusen")

    def agreeing(self, words: str, number: int, form: str) -> str:
        """As in "en krona", "tjugoen kronor"."""
        return words.removesuffix("ett") + "en" if form == "c" and words.endswith("ett") else words

    def scale_form(self, scale: str) -> str:
        """As in "en miljon", "ett tusen"."""
        return "n" if scale == "tusen" else "c"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The table's word, else the library's."""
        return super().ordinal(number).replace("etttusen", "ettusen")

    def year(self, number: int) -> str:
        """As in "nittonhundraåttiofyra", "tjugohundratjugofyra"."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 20 or (hundreds == 20 and rest < 10):
            return self.cardinal(number)
        return f"{self.plain(hundreds)}hundra{self.plain(rest) if rest else ''}"

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Numbers of the last centuries are mostly years."""
        return (1100 < number < 2000 and number % 100 > 0) or super().is_year(number, before, after)

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """As in "tredje maj"."""
        return self.ordinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "nio trettio", "nio noll fem"."""
        parts = [self.cardinal(hour)]
        if minute or second is not None:
            parts += [self.plain(0)] * (minute < 10) + [self.cardinal(minute)]
        return " ".join(parts if second is None else [*parts, "och", self.cardinal(second), "sekunder"])

    def fraction(self, numerator: int, denominator: int) -> str:
        """En halv, två tredjedelar, tre fjärdedelar, en åttondel."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        if denominator == 2:
            return f"{self.cardinal(numerator, 'c')} {'halv' if numerator == 1 else 'halva'}"
        part = self.ordinal(denominator)
        part = (part.removesuffix("de") if part.endswith(_PART_ENDINGS) else part) + "del"
        return f"{self.cardinal(numerator, 'c')} {part}{'' if numerator == 1 else 'ar'}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "två och en halv"."""
        return f"{self.cardinal(whole)} och {self.fraction(numerator, denominator)}"

    def noun_form(self, word: str) -> str:
        """Gender by a list; most nouns are common."""
        if not word or word in self.no_noun or word in self.neuter or len(word) < 3:
            return "n" if word in self.neuter else ""
        return "c"

    def ruler(self, number: int, name: str) -> str:
        """As in "den tredje"."""
        return f"den {self.ordinal(number)}"
