"""Polish: three forms of nouns, ordinals in years, days and hours."""

from openwaves.tts.normalize.languages.european import Slavic, library_words

_ENDINGS = {
    "f": ("a", "a"),
    "n": ("e", "ie"),
    "g": ("ego", "iego"),
    "l": ("ym", "im"),
    "p": ("e", "ie"),
    "gp": ("ych", "ich"),
}
"""Endings for -y and -i of an ordinal: feminine, neuter, genitive, locative, plural, genitive plural."""

_LOCATIVE = frozenset({"o", "po", "do", "od", "około", "godzinie", "godziny"})


class Polish(Slavic):
    """Numbers are said in the nominative. Forms: "m" jeden, "f" jedna, dwie, "n" jedno."""

    code = "pl"
    library = "pl"

    def agreeing(self, words: str, number: int, form: str) -> str:
        """One by itself and a final two change."""
        if number == 1:
            return {"f": "jedna", "n": "jedno"}.get(form, words)
        return words.removesuffix("dwa") + "dwie" if form == "f" and words.endswith("dwa") else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms as in ``_ENDINGS``; "" masculine."""
        words = library_words(number, self.library, "ordinal").split(" ")
        if form not in _ENDINGS:
            return " ".join(words)
        last = len(words) - 1
        return " ".join(
            _inflected(word, form) if place == last or (place == last - 1 and word.endswith("dziesty")) else word
            for place, word in enumerate(words)
        )

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """As in "trzeciego maja"."""
        return self.ordinal(number, "g")

    def year_between(self, number: int, before: str, after: str) -> str:
        """An ordinal: "w dwa tysiące dwudziestym czwartym roku"; after a month in the genitive."""
        if before in self.months or (after in {"r", "roku"} and before not in {"w", "po", "o"}):
            return self.ordinal(number, "g")
        if after in {"r", "roku"} or before in {"roku", "w"}:
            return self.ordinal(number, "l")
        return self.ordinal(number) if after == "rok" or before == "rok" else self.cardinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "dziewiąta trzydzieści"."""
        parts = [self.ordinal(hour, "f") if hour else self.plain(0)]
        if minute or second is not None:
            parts += [self.plain(0)] * (minute < 10) + [self.cardinal(minute)]
        return " ".join(parts if second is None else [*parts, self.cardinal(second)])

    def time_case(self, words: str, before: str) -> str:
        """As in "o dziewiątej trzydzieści"."""
        if before.partition(" ")[0] not in _LOCATIVE:
            return words
        return " ".join(word[:-1] + "ej" if word.endswith("a") else word for word in words.split(" "))

    def fraction(self, numerator: int, denominator: int) -> str:
        """Jedna druga, trzy czwarte, pięć dwunastych."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        few = 2 <= numerator % 10 <= 4 and not 12 <= numerator % 100 <= 14
        form = "f" if numerator == 1 else "p" if few else "gp"
        return f"{self.cardinal(numerator, 'f')} {self.ordinal(denominator, form)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "dwa i pół"."""
        part = "pół" if (numerator, denominator) == (1, 2) else self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} i {part}"

    def noun_form(self, word: str) -> str:
        """Gender of a noun in the nominative by its ending; it shows after one only."""
        if len(word) < 3 or word[-1] not in "aoeęm":
            return ""
        return "f1" if word.endswith("a") else "n"

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """The form "f1" of a noun in the text counts after one only: "dwa domy" ends like a feminine noun."""
        return super().cardinal(number, "f" if form == "f1" and number == 1 else form)

    def roman_ordinal(self, number: int, before: str, after: str) -> str:
        """As in "dwudziestego wieku", "w dwudziestym wieku"."""
        if after == "wieku":
            return self.ordinal(number, "l" if before in {"w", "po", "o"} else "g")
        return self.ordinal(number, "f" if after in {"wojna", "światowa", "edycja", "połowa"} else "")

    def ruler(self, number: int, name: str) -> str:
        """As in "drugi"."""
        return self.ordinal(number, "f" if name in {"elżbieta", "katarzyna"} else "")


def _inflected(word: str, form: str) -> str:
    hard, soft = _ENDINGS[form]
    if word.endswith("y"):
        return word[:-1] + hard
    if not word.endswith("i"):
        return word
    stem = word[:-1]
    if form == "f":
        return (stem if word.endswith("gi") else stem + "i") + "a"
    return stem + soft
