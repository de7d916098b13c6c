"""Kannada: oblique hundreds and thousands before more of the number, endings joined to the number's word."""

from openwaves.normalize.indian import Indian

_QUARTERS = {(1, 2): "ಅರ್ಧ", (1, 4): "ಕಾಲು", (3, 4): "ಮುಕ್ಕಾಲು"}
_MIXED = {(1, 2): "ೂವರೆ", (1, 4): "ೂಕಾಲು", (3, 4): "ೂಮುಕ್ಕಾಲು"}


class Kannada(Indian):
    """Standard Kannada; the tens are one word, hundreds and more stand apart."""

    code = "kn"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """With the form "joined", the word ends as before an ending that is written apart: ನಾಲ್ಕ ರಲ್ಲಿ."""
        return self.year(number).removesuffix("ು") if form == "joined" else super().cardinal(number)

    def year(self, number: int) -> str:
        """Years before 2000 without the one of one thousand: ಸಾವಿರದ ಒಂಬೈನೂರ …."""
        words = self.cardinal(number)
        return words.removeprefix(f"{self.numbers[1][0]} ") if 1000 < number < 2000 else words

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Numbers of the last centuries are mostly years."""
        if after in self.ordinal_forms:
            return False
        return (1700 < number < 2000 and number % 100 > 0) or super().is_year(number, before, after)

    def noun_form(self, word: str) -> str:
        """Endings of numbers that are written apart change the number's word."""
        return "joined" if word in self.ordinal_forms and not word.isascii() else ""

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The number's word with an ordinal or case ending; such numbers of four digits are mostly years."""
        form = form or "ನೇ"
        words = self.year(number)
        if words.endswith("ು"):
            return words.removesuffix("ು") + form
        return words + (_after_a if words.endswith(("ರ", "ಷ")) else _after_i)(form)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """Full hours with ಗಂಟೆ, unless it follows."""
        if minute or second is not None:
            return super().time(hour, minute, second, after)
        hours = self.cardinal(hour)
        return hours if after in {"am", "pm", "h"} or after.startswith("ಗಂಟೆ") else f"{hours} ಗಂಟೆ"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half and quarters by their names, the others with an ordinal below."""
        named = _QUARTERS.get((numerator, denominator))
        return named or f"{self.ordinal(denominator)} {self.cardinal(numerator)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """ಎರಡೂವರೆ, ಎರಡೂಕಾಲು."""
        ending = _MIXED.get((numerator, denominator))
        words = self.cardinal(whole)
        if ending and words.endswith("ು"):
            return words.removesuffix("ು") + ending
        return super().mixed(whole, numerator, denominator)


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
