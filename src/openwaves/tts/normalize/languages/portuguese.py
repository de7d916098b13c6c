"""Portuguese of Brazil: um and uma, dois and duas, hundreds by gender."""

import re

from openwaves.tts.normalize.languages.european import European, library_words
from openwaves.tts.normalize.languages.language import Noun
from openwaves.tts.normalize.languages.romance import Romance

_MILLIONS = re.compile(r".*(?:ão|ões)(?= |$)")
_TO_FEMININE = {"um": "uma", "dois": "duas"}
_PARTS = {2: "meio", 3: "terço"}


class Portuguese(Romance, European):
    """Forms of a number: "" and "m" um, dois, duzentos; "f" uma, duas, duzentas."""

    code = "pt"
    library = "pt_BR"
    feminine_ending = re.compile(r"(?:as?|ções|ção|sões|são|dades?|gens?)$")
    million_words = re.compile("(?:ão|ões)$")

    def plain(self, number: int) -> str:
        """Without commas between the parts."""
        return super().plain(number).replace(",", "")

    def agreeing(self, words: str, number: int, form: str) -> str:
        """What stands after the millions agrees."""
        if form != "f":
            return words
        head = _MILLIONS.match(words)
        cut = head.end() if head else 0
        tail = (_TO_FEMININE.get(word, re.sub("entos$", "entas", word)) for word in words[cut:].split(" "))
        return words[:cut] + " ".join(tail)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" primeiro, "f" primeira; "d" is a degree sign, an ordinal only up to three."""
        if form == "d" and number > 3:
            return ""
        words = library_words(number, self.library, "ordinal")
        return re.sub(r"o\b", "a", words) if form == "f" else words

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """The first of a month is an ordinal."""
        return "primeiro" if number == 1 else self.cardinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "nove e trinta", "nove horas"; hours are feminine."""
        words = self.cardinal(hour, "f")
        if not minute and second is None:
            return f"{words} {'hora' if hour < 2 else 'horas'}"
        words += f" e {self.cardinal(minute)}"
        return words if second is None else f"{words} e {self.cardinal(second)} segundos"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Um meio, dois terços, três quartos; from eleven on "avos"."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        if denominator in {*range(2, 11), 100}:
            part = _PARTS.get(denominator) or self.ordinal(denominator)
            return f"{self.cardinal(numerator)} {part}{'' if numerator == 1 else 's'}"
        return f"{self.cardinal(numerator)} {self.cardinal(denominator)} avos"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "dois e meio"."""
        part = "meio" if (numerator, denominator) == (1, 2) else self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} e {part}"

    def counted(self, noun: Noun, whole: str, fraction: str = "", *, ranged: bool = False) -> str:
        """The plural begins at two. Source: CLDR, plural rules."""
        one = fraction and whole.lstrip("0") in {"", "1"} and not ranged
        return noun.one if one else super().counted(noun, whole, fraction, ranged=ranged)

    def ruler(self, number: int, name: str) -> str:
        """Ordinals up to ten, numbers beyond."""
        return (
            self.ordinal(number, "f" if name in {"isabel", "maria"} else "m") if number <= 10 else self.cardinal(number)
        )
