"""What the normalizer must know of a language: its tables and its rules. A language module subclasses this."""

from dataclasses import dataclass

from openwaves.tts.normalize.languages import tables


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun.

    Attributes:
        one: Its word after 1.
        many: Its word after any other number.
        form: Form of the number before it, as ``Language.cardinal`` knows it ("" if the language has only one).
        few: Its word after 2 to 4, in a language that has one of its own.
        part: Its word after a number with a fraction, likewise.
    """

    one: str
    many: str
    form: str = ""
    few: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its hundredth part, if that is in use."""

    major: Noun
    minor: Noun | None = None


class Language:
    """Words and rules of one language; the rules here fit a language without inflected numbers.

    Instances do not change after construction and are shared between threads.

    Attributes:
        code: ISO 639-1 code; the table is ``data/<code>.tsv``.
        decimal_mark: "." (groups are set off by commas) or "," (groups are set off by full stops).
        latin: Whether the language is written in Latin script. Latin words in the text of another one are read by
            the English tables.
        indian: Whether numbers are counted in lakh and crore, however they are grouped.
        comma_groups: Whether one comma before three digits sets off a group where the comma is the decimal mark, too.
    """

    code = ""
    decimal_mark = "."
    latin = True
    indian = False
    comma_groups = True

    def __init__(self) -> None:
        rows = tables.load(self.code)
        self.numbers = {int(key): columns for key, columns in rows.get("number", {}).items()}
        self.symbols = tables.pairs(rows["symbol"])
        self.operators = tables.pairs(rows.get("operator", {}))
        self.units = {key: _noun(columns) for key, columns in rows.get("unit", {}).items()}
        self.currencies = {key: _currency(columns) for key, columns in rows.get("currency", {}).items()}
        self.scales = tables.pairs(rows.get("scale_sign", {}))
        self.scale_nouns = {
            columns[0]: _scale_noun(columns) for columns in rows.get("scale_sign", {}).values() if columns[1:]
        }
        self.scale_words = tables.words(rows, "scale_words")
        self.weekdays = tables.pairs(rows.get("weekday", {}))
        self.months = tables.pairs(rows.get("month", {}))
        self.abbreviations = tables.pairs(rows.get("abbreviation", {}))
        self.titles = tables.pairs(rows.get("title", {}))
        self.before_number = tables.pairs(rows.get("before_number", {}))
        self.ordinal_forms = {key: (columns or ("",))[0] for key, columns in rows.get("ordinal_suffix", {}).items()}
        self.ordinals = {int(key): columns for key, columns in rows.get("ordinal", {}).items()}
        self.apart = tables.words(rows, "apart")
        self.time_words = tables.words(rows, "time_words")
        self.own_time_words = tables.words(rows, "own_time_words")
        self.time_leads = tables.words(rows, "time_leads")
        self.ordinal_leads = {
            word: form for form, columns in rows.get("ordinal_leads", {}).items() for word in columns[0].split()
        }
        self.ordinal_followers = tables.words(rows, "ordinal_followers")
        self.year_words = tables.words(rows, "year_words")
        self.year_followers = tables.words(rows, "year_followers")
        self.digit_words = tables.words(rows, "digit_words")
        self.code_words = tables.words(rows, "code_words")
        self.call_words = tables.words(rows, "call_words")
        self.secret_words = tables.words(rows, "secret_words")
        self.ending_words = tables.words(rows, "ending_words")
        self.code_links = tables.words(rows, "code_links")
        self.call_followers = tuple(sorted(rows.get("call_followers", {})))
        self.label_words = tables.words(rows, "label_words")
        self.states = tables.pairs(rows.get("state", {}))
        self.per_words = tables.pairs(rows.get("per_word", {}))
        self.number_words = tables.words(rows, "number_words")
        self.roman_words = tables.words(rows, "roman_words")
        self.rulers = tables.words(rows, "rulers")
        self.reign_words = tables.words(rows, "reign_words")
        self.roman_suffixes = tables.words(rows, "roman_suffixes")
        self.roman_followers = tables.words(rows, "roman_followers")
        self.joining_words = tables.words(rows, "joining_words")
        self.said_words = tables.words(rows, "said_words")
        self.article_initialisms = tables.words(rows, "article_initialisms")
        self.spelled_words = tables.words(rows, "spelled_words")
        self.tables = rows
        self._lists: dict[str, frozenset[str]] = {}

    def listed(self, name: str) -> frozenset[str]:
        """All words of a list section of the table; none if there is no such section."""
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = tables.words(self.tables, name)
        return found

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """Words of a number from 0 to ``largest``.

        Args:
            number: The number.
            form: "" when counting or alone; else what the table says of the noun that follows (``Noun.form``).
            indian: Count in lakh and crore, in a language that has both ways.
        """
        raise NotImplementedError

    @property
    def largest(self) -> int:
        """Greatest number that ``cardinal`` reads; longer ones are read digit by digit."""
        return 10**15 - 1

    def digits(self, digits: str) -> str:
        """Words of a string of digits, one by one."""
        return " ".join(self.numbers[int(digit)][0] for digit in digits)

    def whole(self, digits: str, form: str = "", *, indian: bool = False) -> str:
        """Words of the digits of a whole number, of any length."""
        if len(digits) > 18 or int(digits) > self.largest:
            return self.digits(digits)
        return self.cardinal(int(digits), form, indian=indian)

    def decimal(self, whole: str, fraction: str, *, indian: bool = False, mark: str = "") -> str:
        """Words of a decimal number, the digits after the mark one by one.

        Args:
            whole: Digits before the mark; may be empty.
            fraction: Digits after it.
            indian: As for ``cardinal``.
            mark: The mark as written.
        """
        head = self.whole(whole, indian=indian) + " " if whole else ""
        return f"{head}{self.symbols['point']} {self.digits(fraction)}"

    def label(self, digits: str) -> str:
        """Words of the number of a room, a road or a flight, of three digits or more."""
        return self.digits(digits) if len(digits) > 4 else self.whole(digits)

    def is_counted(self, word: str) -> bool:
        """Whether a word after a number, in lower case, may be the plural of what is counted."""
        return False

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Words of an ordinal.

        Args:
            number: The number.
            form: Second column of the table's row of the suffix.
            suffix: The suffix as written.
        """
        row = self.ordinals.get(number)
        return row[0] if row else self.cardinal(number) + suffix

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether what ``ordinal`` says for an ending is an ordinal, and not a count or a number with a case ending.

        Args:
            number: The number.
            form: Second column of the table's row of the ending.
            suffix: The ending as written.
        """
        return True

    def year(self, number: int) -> str:
        """Words of a year."""
        return self.cardinal(number)

    def year_between(self, number: int, before: str, after: str) -> str:
        """Words of a year that stands between two words, in lower case."""
        return self.year(number)

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Whether four digits without grouping are a year, from the words around them (in lower case)."""
        return 1000 <= number <= 2100 and (
            before in self.year_words or before in self.months or after in self.year_followers
        )

    def date(self, day: int, month: int, year: str) -> tuple[str, str, str]:
        """Words of day, month and year of a date in digits; years of two digits are read as a number."""
        return self.cardinal(day), self.cardinal(month), self.year(int(year)) if year else ""

    def date_case(self, words: str, before: str) -> str:
        """A date in digits as it stands after a word, in lower case."""
        return words

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """Words of the day beside the name of a month, after a word in lower case."""
        return self.cardinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """Words of a time of day.

        Args:
            hour: 0 to 24.
            minute: 0 to 59.
            second: 0 to 59, or None.
            after: The word that follows, in lower case, "am" and "pm" included; "" if there is none.
        """
        parts = [hour, minute] if second is None else [hour, minute, second]
        return " ".join(map(self.cardinal, parts))

    def time_joined(self, hour: int, minute: int, ending: str) -> str:
        """Words of a time of day with an ending that is written without a space."""
        if ending in self.ordinal_forms:
            last = self.ordinal(minute or hour, self.ordinal_forms[ending], ending)
            return f"{self.cardinal(hour)} {last}" if minute else last
        return self.time(hour, minute, None, ending) + ending

    def time_case(self, words: str, before: str) -> str:
        """A time of day as it stands after a word, in lower case."""
        return words

    def range_start(self, words: str) -> tuple[str, str]:
        """The first number of a range as it stands before the second, and the word between; "" if there is none."""
        return words, self.symbols["to"]

    def fraction(self, numerator: int, denominator: int) -> str:
        """Words of a fraction."""
        return f"{self.cardinal(numerator)} {self.symbols['over']} {self.cardinal(denominator)}"

    def fraction_of(self, numerator: int, denominator: int, after: str) -> str:
        """Words of a fraction before a word in lower case; "" if none follows."""
        return self.fraction(numerator, denominator)

    def mixed_of(self, whole: int, numerator: int, denominator: int, after: str) -> str:
        """Words of a whole number and a fraction before a word in lower case."""
        return self.mixed(whole, numerator, denominator)

    def vulgar(self, numerator: int, denominator: int) -> str:
        """Words of a fraction that is one sign, "½"."""
        return self.fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """Words of a whole number and a fraction."""
        return f"{self.cardinal(whole)} {self.symbols['and']} {self.fraction(numerator, denominator)}"

    def abbreviation(self, key: str, before: str, before_that: str) -> str:
        """Words of an abbreviation of the table after two words, in lower case."""
        return self.abbreviations[key]

    def with_case(self, words: str, ending: str) -> str:
        """Words for digits, a price or a percentage with a case ending that is written at once after it.

        Args:
            words: The words of what stands before the ending.
            ending: The ending as written.

        Returns:
            Both as one; "" if the ending stays a word of its own.
        """
        return ""

    def noun_form(self, word: str) -> str:
        """Form of the number before a word of the text; "" if the word is no noun or changes nothing."""
        return ""

    def counted(self, noun: Noun, whole: str, fraction: str = "", *, ranged: bool = False) -> str:
        """The noun's word after a number.

        Args:
            noun: The noun.
            whole: Digits before the decimal mark; of the second number of a range.
            fraction: Digits after it.
            ranged: Whether the number closes a range.
        """
        return noun.one if whole.lstrip("0") == "1" and not fraction and not ranged else noun.many

    def scale_form(self, scale: str) -> str:
        """Form of the number before a scale word."""
        return "m"

    def after_scale(self, number: str, scale: str, noun: str) -> str:
        """The name of a currency after an amount, with what links it. Arguments as for ``scale_noun``."""
        linking = self.scale_noun(number, scale)
        return f"{linking} {noun}" if linking else noun

    def scale_noun(self, number: str, scale: str) -> str:
        """What links an amount to the name of its currency; "" if nothing does.

        Args:
            number: Digits before the decimal mark.
            scale: The scale word ("million") after the number, or "".
        """
        return ""

    def roman_ordinal(self, number: int, before: str, after: str) -> str:
        """Words of a Roman numeral between two words, the second of ``roman_followers``."""
        return self.ordinal(number, "f" if self.noun_form(after) == "f" else "a")

    def is_first(self, before: str, after: str) -> bool:
        """Whether "I" after the name of a ruler is a numeral, from the word before the name and the one after "I"."""
        return after == "" or before in self.reign_words

    def ruler(self, number: int, name: str) -> str:
        """Words of the Roman numeral after the name of a ruler."""
        return self.ordinal(number)


def _noun(columns: tuple[str, ...]) -> Noun:
    """Columns: one, many, form. The second may be "few/many" or "few/many/part"."""
    one, many, *form = columns
    words = many.split("/")
    if len(words) == 1:
        return Noun(one, many, *form)
    return Noun(one, words[1], "".join(form), words[0], words[2] if words[2:] else words[0])


def _scale_noun(columns: tuple[str, ...]) -> Noun:
    """Columns: many, one, and "few/part" in a language that has them."""
    many, one, *rest = columns
    few, _, part = (rest[0] if rest else "").partition("/")
    return Noun(one, many, "", few, part or few)


def _currency(columns: tuple[str, ...]) -> Currency:
    """Columns: one, many, form, and the same of the hundredth part if there is one."""
    return Currency(_noun(columns[:3]), _noun(columns[3:6]) if len(columns) > 3 else None)
