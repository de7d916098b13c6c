"""German: ein and eine before nouns, ordinals with a full stop, hours with "Uhr"."""

from openwaves.tts.normalize.languages.european import European, library_words

_FEMININE = ("ung", "heit", "keit", "schaft", "tion", "tät", "ik", "enz", "anz", "ei", "e")


class German(European):
    """Standard German of Germany."""

    code = "de"
    library = "de"
    tail_pairs = False

    def plain(self, number: int) -> str:
        """Hundert and tausend without "ein" before them."""
        words = super().plain(number)
        return words[3:] if words.startswith(("einhundert", "eintausend")) else words

    def agreeing(self, words: str, number: int, form: str) -> str:
        """As in "ein Kilometer", "eine Stunde"."""
        if number != 1 or not form:
            return words
        return "eine" if form == "f" else "ein"

    def scale_form(self, scale: str) -> str:
        """As in "eine Million"."""
        return "m" if scale.lower() == "tausend" else "f"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "e" dritte, "en" dritten, "er" dritter; "d" is a decade, neunziger."""
        if form == "d":
            return self.year(number) + suffix
        stem = library_words(number, self.library, "ordinal").removesuffix("e")
        stem = stem[3:] if stem.startswith(("einhundert", "eintausend")) else stem
        return stem + (form or "e")

    def year(self, number: int) -> str:
        """As in "neunzehnhundertvierundachtzig"."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19:
            return self.cardinal(number)
        return f"{self.plain(hundreds)}hundert{self.plain(rest) if rest else ''}"

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Numbers of the last centuries are mostly years."""
        return (1100 < number < 2000 and number % 100 > 0) or super().is_year(number, before, after)

    def date(self, day: int, month: int, year: str) -> tuple[str, str, str]:
        """Day and month are ordinals, also in digits."""
        return self.ordinal(day, "er"), self.ordinal(month, "er"), self.year(int(year)) if year else ""

    def date_case(self, words: str, before: str) -> str:
        """As in "am zwölften zweiten"."""
        return words.replace("ter ", "ten ") if self.ordinal_leads.get(before) == "en" else words

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """As in "dritter Mai", "am dritten Mai"."""
        return self.ordinal(number, self.ordinal_leads.get(before, "er"))

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "neun Uhr dreißig"."""
        words = f"{self.cardinal(hour, 'm')} Uhr"
        if minute or second is not None:
            words += f" {self.cardinal(minute)}"
        return (
            words if second is None else f"{words} und {self.cardinal(second, 'f')} Sekunde{'' if second == 1 else 'n'}"
        )

    def fraction(self, numerator: int, denominator: int) -> str:
        """Ein halb, zwei Drittel, fünf Zwölftel."""
        if (numerator, denominator) == (1, 2):
            return "ein halb"
        if denominator < 3 or denominator > 100:
            return super().fraction(numerator, denominator)
        return f"{self.cardinal(numerator, 'm')} {self.ordinal(denominator).removesuffix('e').capitalize()}el"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "zweieinhalb", "eineinhalb"."""
        if (numerator, denominator) == (1, 2):
            return f"{self.cardinal(whole, 'm')}einhalb"
        return f"{self.cardinal(whole)} {self.fraction(numerator, denominator)}"

    def noun_form(self, word: str) -> str:
        """Gender by a list and by the ending."""
        if not word or word in self.no_noun or len(word) < 3:
            return "m" if word == "uhr" else ""
        return "f" if word in self.feminine or (word.endswith(_FEMININE) and word not in self.masculine) else "m"

    def ruler(self, number: int, name: str) -> str:
        """As in "der vierzehnte"."""
        article = "die" if name in {"elisabeth", "katharina"} else "der"
        return f"{article} {self.ordinal(number)}"
