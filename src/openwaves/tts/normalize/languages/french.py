"""French: une before feminine nouns, singular below two, hours with "heures"."""

from openwaves.tts.normalize.languages.european import European, library_words
from openwaves.tts.normalize.languages.language import Noun

_PARTS = {2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}
_SECOND = {"s": "second", "sf": "seconde"}


class French(European):
    """Standard French of France."""

    code = "fr"
    library = "fr"

    def agreeing(self, words: str, number: int, form: str) -> str:
        """As in "vingt et une"."""
        return words + "e" if form == "f" and words.endswith("un") else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" premier, "f" première, "s" second, "sf" seconde, "p" plural."""
        if number == 2 and form in _SECOND:
            return _SECOND[form]
        if number == 1:
            return self.ordinals[1][form == "f"]
        return library_words(number, self.library, "ordinal") + ("s" if form == "p" else "")

    def day(self, number: int, *, month_first: bool, before: str = "") -> str:
        """The first of a month is an ordinal."""
        return self.ordinals[1][0] if number == 1 else self.cardinal(number)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "neuf heures trente"."""
        words = f"{self.cardinal(hour, 'f')} {'heure' if hour < 2 else 'heures'}"
        if minute or second is not None:
            words += f" {self.cardinal(minute)}"
        if second is None:
            return words
        return f"{words} minutes et {self.cardinal(second, 'f')} {'seconde' if second < 2 else 'secondes'}"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Un demi, deux tiers, trois quarts, cinq douzièmes."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        part = self.ordinal(denominator)
        one, many = _PARTS.get(denominator, (part, part + "s"))
        return f"{self.cardinal(numerator)} {one if numerator == 1 else many}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "deux et demi"."""
        part = "demi" if (numerator, denominator) == (1, 2) else self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} et {part}"

    def counted(self, noun: Noun, whole: str, fraction: str = "", *, ranged: bool = False) -> str:
        """The plural begins at two. Source: CLDR, plural rules."""
        return noun.one if not ranged and int(whole[-18:] or 0) < 2 and len(whole) < 18 else noun.many

    def noun_form(self, word: str) -> str:
        """Feminine nouns by a list and by their endings."""
        endings = ("tion", "sion", "ette", "ance", "ence", "tions", "sions", "ettes", "ances", "ences")
        return "f" if word in self.feminine or (len(word) > 5 and word.endswith(endings)) else ""

    def scale_noun(self, number: str, scale: str) -> str:
        """As in "un million de dollars"."""
        round_number = not scale and 6 < len(number) < 18 and int(number) % 10**6 == 0
        return "de" if round_number or (scale.startswith(("mill", "bill")) and scale != "mille") else ""

    def after_scale(self, number: str, scale: str, noun: str) -> str:
        """With elision: "d'euros"."""
        words = super().after_scale(number, scale, noun)
        return "d'" + words[3:] if words.startswith("de ") and noun[0] in "aeiouyéèh" and noun[:2] != "ye" else words

    def ruler(self, number: int, name: str) -> str:
        """Only the first is an ordinal."""
        return (
            self.ordinal(1, "f" if name in {"élisabeth", "catherine"} else "m")
            if number == 1
            else self.cardinal(number)
        )
