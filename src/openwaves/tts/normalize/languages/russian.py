"""Russian: gender of the number, three forms of nouns, ordinals in years and dates."""

from openwaves.tts.normalize.languages.european import Slavic, library_words

_TENTHS = {1: ("десятая", "десятых"), 2: ("сотая", "сотых"), 3: ("тысячная", "тысячных")}
_YEARS = {"год": "n", "г": "g", "года": "g", "году": "p", "годом": "i", "годах": "pp", "годы": "np"}
_CENTURIES = {"века": "g", "веке": "p", "веку": "d", "веком": "i", "съезда": "g", "съезде": "p"}


class Russian(Slavic):
    """Forms of a number: "m" один, "f" одна, две, "n" одно; "a", "y", "o" before a noun with that ending."""

    code = "ru"
    library = "ru"
    latin = False

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """One and two agree with the noun."""
        last = number % 10 if number % 100 not in {11, 12} else 0
        gender = "f" if form == "f" or (form, last) in {("a", 1), ("y", 2)} else "n" if form in {"n", "o"} else ""
        words = library_words(number, self.library, gender=gender)
        return words.removeprefix("одна ") if 1000 <= number < 2000 else words

    def scale_form(self, scale: str) -> str:
        """Thousands are feminine."""
        return "f" if scale.startswith("тысяч") else "m"

    def is_singular(self, whole: str) -> bool:
        """As in "двадцать один рубль"."""
        return whole[-1:] == "1" and whole[-2:] != "11"

    def decimal(self, whole: str, fraction: str, *, indian: bool = False, mark: str = "") -> str:
        """As in "три целых четырнадцать сотых"; more than three digits after "запятая"."""
        if mark == "." or len(fraction) not in _TENTHS or len(whole) > 9:
            return super().decimal(whole, fraction, indian=indian, mark=mark)
        count, part = int(whole or 0), int(fraction)
        head = f"{self.cardinal(count, 'f')} {'целая' if self.is_singular(str(count)) else 'целых'}"
        return f"{head} {self.cardinal(part, 'f')} {_TENTHS[len(fraction)][not self.is_singular(str(part))]}"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: gender m, f, n or p for plural, and the first letter of the case."""
        decade = suffix == "е" and number % 10 == 0 and number % 100 >= 20
        gender, case = ("p" if decade else form[:1] or "m"), (form[1:] or "n")
        words = library_words(number, self.library, "ordinal", case, gender)
        return words.removeprefix("одна ") if 1000 <= number < 2000 else words

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """As in "третьего мая"."""
        return self.ordinal(number, "mg")

    def year_between(self, number: int, before: str, after: str) -> str:
        """An ordinal in the case of the word that follows; after a month in the genitive."""
        if before in self.months:
            return self.ordinal(number, "mg")
        case = "p" if (before, after) == ("в", "г") else _YEARS.get(after)
        if case is None:
            return self.ordinal(number, "mp") if before == "году" else self.cardinal(number)
        return self.ordinal(number, case[1:] + case[0] if len(case) > 1 else "m" + case)

    def abbreviation(self, key: str, before: str, before_that: str) -> str:
        """As in "в 2024 году"."""
        if key == "г." and before_that == "в" and before.isdecimal():
            return "году"
        return super().abbreviation(key, before, before_that)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "девять тридцать", "девять часов"."""
        if not minute and second is None:
            noun = "" if after.startswith("час") else " " + self.counted(self.units["ч"], str(hour))
            return self.cardinal(hour) + noun
        parts = [self.cardinal(hour), *[self.cardinal(0)] * (minute < 10), self.cardinal(minute)]
        return " ".join(parts if second is None else [*parts, self.cardinal(second)])

    def fraction(self, numerator: int, denominator: int) -> str:
        """Одна вторая, три четвёртых."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        form = "f" if self.is_singular(str(numerator)) else "pg"
        return f"{self.cardinal(numerator, 'f')} {self.ordinal(denominator, form)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "два с половиной"."""
        if (numerator, denominator) == (1, 2):
            return "полтора" if whole == 1 else f"{self.cardinal(whole)} с половиной"
        return f"{self.cardinal(whole)} и {self.fraction(numerator, denominator)}"

    def noun_form(self, word: str) -> str:
        """What the ending of a noun says of its gender, which differs after one and after two."""
        if len(word) < 3 or word in self.year_followers:
            return ""
        return {"а": "a", "я": "a", "ы": "y", "и": "y", "о": "o", "е": "o"}.get(word[-1], "")

    def roman_ordinal(self, number: int, before: str, after: str) -> str:
        """As in "двадцатого века", "в двадцатом веке"."""
        return self.ordinal(number, "f" if after == "мировая" else "fg" if after == "мировой" else
                            "m" + _CENTURIES.get(after, "n"))  # fmt: skip

    def ruler(self, number: int, name: str) -> str:
        """As in "первый", "вторая"."""
        return self.ordinal(number, "f" if name in {"елизавета", "екатерина"} else "m")
