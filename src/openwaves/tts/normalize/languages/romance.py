"""What the rules of Spanish and Portuguese share: the gender of a noun by its ending, "de" after millions."""

import re

from openwaves.tts.normalize.languages.language import Language
from openwaves.tts.normalize.languages.tables import words


class Romance(Language):
    """Forms of a number before a noun: "m" and "f".

    Attributes:
        feminine_ending: What the feminine nouns end in.
        million_words: Beginnings or ends of the words for a million and more.
    """

    feminine_ending: re.Pattern[str]
    million_words: re.Pattern[str]

    def __init__(self) -> None:
        super().__init__()
        self.masculine = words(self.tables, "masculine")
        self.feminine = words(self.tables, "feminine")
        self.no_noun = words(self.tables, "no_noun")

    def noun_form(self, word: str) -> str:
        """Gender of a noun by a list and by its ending; "" before a word that is none."""
        if not word or word in self.no_noun or len(word) < 3:
            return ""
        if word in self.feminine:
            return "f"
        return "f" if self.feminine_ending.search(word) and word not in self.masculine else "m"

    def scale_noun(self, number: str, scale: str) -> str:
        """As in "un millón de euros"."""
        round_number = not scale and 6 < len(number) < 18 and int(number) % 10**6 == 0
        return "de" if round_number or self.million_words.search(scale) else ""
