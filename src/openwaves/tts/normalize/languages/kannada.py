"""Kannada: oblique hundreds and thousands before more of the number, endings joined to the number's word."""

from openwaves.tts.normalize.languages.indian import Indian

_MIXED = {(1, 2): "ೂವರೆ", (1, 4): "ೂಕಾಲು", (3, 4): "ೂಮುಕ್ಕಾಲು"}


class Kannada(Indian):
    """Standard Kannada; the tens are one word, hundreds and more stand apart."""

    code = "kn"

    def year(self, number: int) -> str:
        """Years before 2000 without the one of one thousand: ಸಾವಿರದ ಒಂಬೈನೂರ …."""
        words = self.cardinal(number)
        return words.removeprefix(f"{self.numbers[1][0]} ") if 1000 < number < 2000 else words

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Numbers of the last centuries are mostly years."""
        return (1700 < number < 2000 and number % 100 > 0) or super().is_year(number, before, after)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The number's word with an ordinal or case ending; such numbers of four digits are mostly years."""
        return _joined(self.year(number), form or "ನೇ")

    def range_start(self, words: str) -> tuple[str, str]:
        """The first number takes "from" as its ending: ಐದರಿಂದ."""
        return _joined(words, self.symbols["to"]), ""

    def with_case(self, words: str, ending: str) -> str:
        """Endings of the table, joined as to a number: ರೂಪಾಯಿಗೆ."""
        form = self.ordinal_forms.get(ending, "")
        return _joined(words, form) if form and not self.is_ordinal(0, form, ending) else ""

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half and quarters by their names, the others with an ordinal below."""
        named = self.parts.get(f"{numerator}/{denominator}")
        return named or f"{self.ordinal(denominator)} {self.cardinal(numerator)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """ಎರಡೂವರೆ, ಎರಡೂಕಾಲು."""
        ending = _MIXED.get((numerator, denominator))
        words = self.cardinal(whole)
        if ending and words.endswith("ು"):
            return words.removesuffix("ು") + ending
        return super().mixed(whole, numerator, denominator)


def _joined(words: str, form: str) -> str:
    """A number's words with an ending."""
    if words.endswith("ು"):
        return words.removesuffix("ು") + form
    return words + (_after_a if words.endswith(("ರ", "ಷ")) else _after_i)(form)


def _after_a(form: str) -> str:
    """An ending after a word in -a: ಸಾವಿರದಲ್ಲಿ, ಸಾವಿರವನ್ನು."""
    if form.startswith("ರ"):
        return "ದ" + form[1:]
    return "ವ" + form if form == "ನ್ನು" else form


def _after_i(form: str) -> str:
    """An ending after a word in -i or -e: ಕೋಟಿಯಲ್ಲಿ, ಕೋಟಿಗೆ."""
    if form.startswith("ರ"):
        return "ಯ" + form[1:]
    if form.startswith("ಕ್ಕ"):
        return "ಗ" + form[3:]
    return "ಯ" + form if form == "ನ್ನು" else form
