"""Italian: un, uno, una; ordinals by gender; hours with "e"."""

import re

from openwaves.tts.normalize.languages.european import European, library_words

_NEEDS_UNO = re.compile(r"s[bcdfglmnpqrtv]|z|gn|ps|x|y")


class Italian(European):
    """Forms of one: "m" un, "s" uno before s and consonant, "f" una."""

    code = "it"
    library = "it"

    def plain(self, number: int) -> str:
        """Without "e" and commas between the parts."""
        return super().plain(number).replace(" e ", " ").replace(",", "")

    def agreeing(self, words: str, number: int, form: str) -> str:
        """Only one changes."""
        return {"m": "un", "f": "una"}.get(form, words) if number == 1 else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" terzo, "f" terza; "d" is a degree sign, an ordinal only up to three."""
        if form == "d" and number > 3:
            return ""
        words = library_words(number, self.library, "ordinal")
        return words[:-1] + "a" if form == "f" else words

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """The first of a month is an ordinal."""
        return "primo" if number == 1 else self.cardinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "nove e trenta"; hours are feminine."""
        words = self.cardinal(hour, "f")
        if minute or second is not None:
            words += f" e {self.cardinal(minute)}"
        return words if second is None else f"{words} e {self.cardinal(second)} secondi"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Un mezzo, due terzi, cinque dodicesimi."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        part = "mezzo" if denominator == 2 else self.ordinal(denominator)
        return f"{self.cardinal(numerator, 'm')} {part if numerator == 1 else part[:-1] + 'i'}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "due e mezzo"."""
        part = "mezzo" if (numerator, denominator) == (1, 2) else self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} e {part}"

    def noun_form(self, word: str) -> str:
        """Gender by a list and by the ending."""
        if not word or word in self.no_noun or len(word) < 3:
            return ""
        if word in self.feminine or (word.endswith(("a", "ione", "tà")) and word not in self.masculine):
            return "f"
        return "s" if _NEEDS_UNO.match(word) else "m"

    def scale_noun(self, number: str, scale: str) -> str:
        """As in "un milione di euro"."""
        round_number = not scale and 6 < len(number) < 18 and int(number) % 10**6 == 0
        return "di" if round_number or scale.startswith(("milion", "miliard", "bilion")) else ""

    def ruler(self, number: int, name: str) -> str:
        """As in "quattordicesimo", "seconda"."""
        return self.ordinal(number, "f" if name == "elisabetta" else "m")
