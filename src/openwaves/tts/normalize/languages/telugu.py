"""Telugu: oblique numbers before nouns and further numbers, ordinals in -వ, halves in -న్నర."""

from openwaves.tts.normalize.languages.indian import Indian
from openwaves.tts.normalize.languages.tables import words


class Telugu(Indian):
    """Standard Telugu.

    Forms of a number: "" counting or alone (ఒకటి, రెండు వేలు), "o" or "m" before a noun (ఒక, రెండు వేల), "p" before a
    postposition (ఒకటి, రెండు వేల).
    """

    code = "te"

    def __init__(self) -> None:
        super().__init__()
        self.no_noun = words(self.tables, "no_noun")
        self.postpositions = words(self.tables, "postpositions")
        self.oblique |= {names[0]: names[1] for names in self.scale_names.values()}

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number in one of the three forms."""
        spoken = super().cardinal(number)
        if not form:
            return spoken
        if form != "p" and spoken.endswith("ఒకటి"):
            return "ఒక" if number == 1 else spoken.removesuffix("ఒకటి") + "ఒక్క"
        return self._before_ending(spoken)

    def _before_ending(self, spoken: str) -> str:
        """The oblique of the last word: వేలు, వేల."""
        head, _, last = spoken.rpartition(" ")
        return f"{head} {self.oblique[last]}" if last in self.oblique else spoken

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """The number before వేలు, లక్షలు and కోట్లు is oblique, too."""
        if count == 1:
            return super().scaled(count, scale, more=more)
        return f"{self.cardinal(count, 'o')} {self.scale_names[scale][-1 if more else 0]}"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "o" రెండవ, "y" and "c" case endings; before "y" four digits are a year."""
        if form in {"y", "c"}:
            year = form == "y" and 1100 <= number <= 2100
            return (self.year(number) if year else self.cardinal(number, "p")) + suffix
        row = self.ordinals.get(number)
        if row:
            return row[0]
        spoken = self.cardinal(number)
        ending = suffix if suffix == "వది" else "వ"
        if spoken.endswith("ై"):
            return spoken[:-1] + "య్య" + ending
        return (spoken[:-1] if spoken.endswith(("ు", "ి")) else spoken) + ending

    def with_case(self, words: str, ending: str) -> str:
        """Endings of the table; the plural's are written with its last syllable, too: ₹500లకు."""
        if ending == "లకు" and words.endswith("లు"):
            return words.removesuffix("లు") + ending
        return super().with_case(words, ending)

    def year(self, number: int) -> str:
        """As in పందొమ్మిది వందల నలభై ఏడు; oblique, because a noun or an ending follows."""
        return self._before_ending(super().year(number))

    def date(self, day: int, month: int, year: str) -> tuple[str, str, str]:
        """Nothing follows the year of a date in digits."""
        return self.cardinal(day), self.cardinal(month), super().year(int(year)) if year else ""

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """తొమ్మిది ముప్పై, తొమ్మిది గంటలు, తొమ్మిది గంటల ఐదు నిమిషాలు."""
        named = after == "h" or after.startswith("గం")
        if second is not None or minute > 9 or (named and minute):
            return super().time(hour, minute, second, after)
        if minute:
            return f"{self._hours(hour, 'గంటల')} {self.cardinal(minute, 'o')} {'నిమిషం' if minute == 1 else 'నిమిషాలు'}"
        return self.cardinal(hour) if named or after in {"am", "pm"} else self._hours(hour, "గంటలు")

    def _hours(self, hour: int, word: str) -> str:
        return "ఒంటి గంట" if hour == 1 else f"{self.cardinal(hour)} {word}"

    def range_start(self, words: str) -> tuple[str, str]:
        """The first number is oblique: ఐదు వందల నుండి."""
        return self._before_ending(words), self.symbols["to"]

    def noun_form(self, word: str) -> str:
        """A word after a number is a noun unless the table says otherwise."""
        if word in self.postpositions:
            return "p"
        return "" if not word or word in self.no_noun or not "\u0c00" <= word[0] <= "\u0c7f" else "o"
