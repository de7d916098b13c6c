"""English: numbers with "and", years in pairs, lakh and crore where the grouping is Indian."""

from openwaves.tts.normalize.languages.language import Language
from openwaves.tts.normalize.languages.tables import words

_WESTERN = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_INDIAN = ((10**7, "crore"), (10**5, "lakh"), (10**3, "thousand"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


_FIRST_PERSON = frozenset({
    "am", "have", "had", "would", "will", "can", "could", "shall", "should", "do", "did", "don't", "didn't", "was",
    "think", "know",
})  # fmt: skip


class English(Language):
    """American words; "and" before the tens, as Indian and British speakers say it."""

    code = "en"

    def __init__(self) -> None:
        super().__init__()
        self.no_plurals = words(self.tables, "no_plurals")
        self.plurals = words(self.tables, "plurals")

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """Words of a number; tens and ones are joined by a hyphen."""
        parts: list[str] = []
        for scale, name in _INDIAN if indian else _WESTERN:
            count, number = divmod(number, scale)
            if count:
                parts.append(f"{self.cardinal(count, indian=indian)} {name}")
        hundreds, rest = divmod(number, 100)
        if hundreds:
            parts.append(f"{self.numbers[hundreds][0]} hundred")
        if rest and parts:
            parts.append("and")
        if rest or not parts:
            parts.append(self._below_hundred(rest))
        return " ".join(parts)

    def _below_hundred(self, number: int) -> str:
        if number in self.numbers:
            return self.numbers[number][0]
        return f"{self.numbers[number // 10 * 10][0]}-{self.numbers[number % 10][0]}"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The last word of the number takes the ending."""
        words = self.cardinal(number)
        cut = max(words.rfind(" "), words.rfind("-")) + 1
        head, last = words[:cut], words[cut:]
        if last in _ORDINALS:
            return head + _ORDINALS[last]
        return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")

    def year(self, number: int) -> str:
        """In pairs of digits, but for the first years of a millennium."""
        hundreds, rest = divmod(number, 100)
        if number < 1000 or (hundreds % 10 == 0 and rest < 10):
            return self.cardinal(number)
        if rest == 0:
            return f"{self.cardinal(hundreds)} hundred"
        tail = f"oh {self.cardinal(rest)}" if rest < 10 else self.cardinal(rest)
        return f"{self.cardinal(hundreds)} {tail}"

    def label(self, digits: str) -> str:
        """In pairs: "twelve oh four", "one oh one", "seven forty-seven"."""
        hundreds, rest = divmod(int(digits), 100)
        if len(digits) > 4:
            return self.digits(digits)
        if rest == 0:
            return self.cardinal(int(digits)) if hundreds % 10 == 0 else f"{self.cardinal(hundreds)} hundred"
        return f"{self.cardinal(hundreds)} {'oh ' if rest < 10 else ''}{self.cardinal(rest)}"

    def is_counted(self, word: str) -> bool:
        """Words in -s but those of a list, plurals without it, and scale words."""
        plural = word.endswith("s") and not word.endswith("ss") and word not in self.no_plurals
        return plural or word in self.plurals or word in self.scale_words

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Any number of the last centuries, unless things are counted with it."""
        if super().is_year(number, before, after):
            return True
        return not self.is_counted(after) and (1900 <= number <= 2099 or (1500 <= number < 1900 and number % 100 != 0))

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """Days are ordinals on both sides of the month."""
        return self.ordinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "nine oh five"; full hours take "o'clock" up to twelve, unless "a m" or "p m" follows."""
        words = self.cardinal(hour)
        if second is not None:
            return f"{words} {self._minute(minute)} {self._minute(second)}"
        if minute:
            return f"{words} {self._minute(minute)}"
        if after in {"am", "pm", "o'clock", "o’clock"}:
            return words
        return f"{words} o'clock" if 1 <= hour <= 12 else f"{words} hundred"

    def _minute(self, number: int) -> str:
        if number == 0:
            return "zero zero"
        return f"oh {self.cardinal(number)}" if number < 10 else self.cardinal(number)

    def fraction(self, numerator: int, denominator: int) -> str:
        """Halves, quarters, ordinals; "out of" ten and hundred; "over" for what is no part."""
        count = self.cardinal(numerator)
        if numerator == denominator:
            return f"{count} {count}"
        if denominator in {10, 100} and numerator <= denominator:
            return f"{count} out of {self.cardinal(denominator)}"
        if denominator < 2 or (denominator > 20 and denominator not in {32, 64}) or numerator >= denominator * 4:
            return f"{count} over {self.cardinal(denominator)}"
        names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
        part = self.ordinal(denominator)
        one, many = names.get(denominator, (part, part + "s"))
        return f"{count} {one if numerator == 1 else many}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "two and a half"."""
        head = f"{self.cardinal(whole)} and "
        if numerator == 1:
            return head + self.fraction(1, denominator).replace("one ", "an " if denominator == 8 else "a ", 1)
        return head + self.fraction(numerator, denominator)

    def is_first(self, before: str, after: str) -> bool:
        """After a title, unless a verb of the first person follows; else at the end, or before "of"."""
        if before in self.reign_words:
            return after not in _FIRST_PERSON
        return after in {"", "of"}

    def ruler(self, number: int, name: str) -> str:
        """Kings and popes: "the eighth"."""
        return "the " + self.ordinal(number)
