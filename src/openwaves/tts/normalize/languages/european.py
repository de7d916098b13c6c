"""European languages whose number words come from num2words."""

from functools import lru_cache

from openwaves.tts.normalize.languages.language import Language, Noun
from openwaves.tts.normalize.languages.tables import words


@lru_cache(maxsize=8192)
def library_words(number: int, code: str, kind: str = "cardinal", case: str = "", gender: str = "") -> str:
    """Words of a number as num2words knows them.

    Args:
        number: The number.
        code: Its code of the language.
        kind: ``cardinal`` or ``ordinal``.
        case: First letter of the case, for Russian.
        gender: First letter of the gender, for Russian.
    """
    from num2words import num2words  # noqa: PLC0415 - reads all its languages, which takes 25 ms

    options = {key: value for key, value in (("case", case), ("gender", gender)) if value}
    return str(num2words(number, lang=code, to=kind, **options))


class European(Language):
    """Decimal comma; numbers, ordinals and the digits after the comma by the library.

    Attributes:
        library: Code of the language in num2words.
        tail_pairs: Whether two digits after the decimal comma are read as a number.
    """

    decimal_mark = ","
    comma_groups = False
    library = ""
    tail_pairs = True

    def __init__(self) -> None:
        super().__init__()
        self.feminine = words(self.tables, "feminine")
        self.masculine = words(self.tables, "masculine")
        self.neuter = words(self.tables, "neuter")
        self.no_noun = words(self.tables, "no_noun")

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """Words of a number; the last word agrees with what is counted."""
        return self.agreeing(self.plain(number), number, form)

    def plain(self, number: int) -> str:
        """Words of a number when counting."""
        return library_words(number, self.library)

    def agreeing(self, words: str, number: int, form: str) -> str:
        """The words in the form that a noun asks for."""
        return words

    def digits(self, digits: str) -> str:
        """Words of a string of digits, one by one."""
        return " ".join(self.plain(int(digit)) for digit in digits)

    def decimal(self, whole: str, fraction: str, *, indian: bool = False, mark: str = "") -> str:
        """The mark is named as written; two digits after it may be read as a number."""
        name = self.symbols["dot" if mark == "." else "point"]
        pair = self.tail_pairs and len(fraction) == 2 and fraction[0] != "0"
        tail = self.plain(int(fraction)) if pair else self.digits(fraction)
        return f"{self.whole(whole or '0')} {name} {tail}"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The table's word, else the library's."""
        row = self.ordinals.get(number)
        return row[0] if row else library_words(number, self.library, "ordinal")


class Slavic(European):
    """Three forms of a counted noun: after 1, after 2 to 4, after 5 and more; and one after a fraction."""

    def counted(self, noun: Noun, whole: str, fraction: str = "", *, ranged: bool = False) -> str:
        """The noun's word after a number. Source: CLDR, plural rules of pl and ru."""
        if fraction and noun.part:
            return noun.part
        last, tens = int(whole[-1:] or 0), int(whole[-2:] or 0)
        if self.is_singular(whole):
            return noun.one
        return noun.few if noun.few and 2 <= last <= 4 and not 12 <= tens <= 14 else noun.many

    def is_singular(self, whole: str) -> bool:
        """Whether the noun after a whole number is singular."""
        return whole.lstrip("0") == "1"

    def range_start(self, words: str) -> tuple[str, str]:
        """The numbers stand side by side, as in "пять-восемь километров"; a linking word would ask for other cases."""
        return words, ""
