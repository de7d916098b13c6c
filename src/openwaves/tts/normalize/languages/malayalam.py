"""Malayalam: fused thousands, ``ഒരു`` before nouns, endings joined to the number's word."""

from openwaves.tts.normalize.languages.indian import Indian

_AFTER_A = {"ിന്": "യ്ക്ക്", "ിന്റെ": "യുടെ", "ിനെ": "യെ"}
"""Case endings after a noun in -a, by those after a number."""

_MIXED = {(1, 2): "ര", (1, 4): "േകാൽ", (3, 4): "േമുക്കാൽ"}


class Malayalam(Indian):
    """Standard Malayalam; the tens are one word, hundreds and more stand apart."""

    code = "ml"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """With a form, one is ഒരു, as before a noun. 150 to 159 and their like are fused: നൂറ്റമ്പത്."""
        if number == 1 and form:
            return "ഒരു"
        return super().cardinal(number).replace("റ്റി അമ്പ", "റ്റമ്പ")

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Thousands are one word with their count: രണ്ടായിരം, ഇരുപതിനായിരം, ഇരുപത്തയ്യായിരം."""
        own = self.numbers.get(count * scale)
        if own:
            return own[-1 if more else 0]
        if scale != 1000:
            return f"{self.cardinal(count, 'n')} {self.scale_names[scale][-1 if more else 0]}"
        words = self.cardinal(count).removesuffix("്")
        if count % 10 == 5:
            words = words.removesuffix("ഞ്ച").removesuffix("ിയ") + "യ്യായിരം"
        elif words.endswith("ത"):
            words += "ിനായിരം"
        else:
            words += "ായിരം"
        return words.removesuffix("ം") + "ത്തി" if more else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The number's word with an ordinal or case ending."""
        return _attached(self.cardinal(number), form or "ാം")

    def with_case(self, words: str, ending: str) -> str:
        """Endings of the table, joined as to a number: ശതമാനത്തിൽ, രൂപയ്ക്ക്."""
        form = self.ordinal_forms.get(ending, "")
        if not form or self.is_ordinal(0, form, ending):
            return ""
        after_a = _AFTER_A.get(form) if words[-1].isalpha() else None
        return words + after_a if after_a else _attached(words, form)

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half and quarters by their names, the others as "of three, two"."""
        named = self.parts.get(f"{numerator}/{denominator}")
        return named or f"{_attached(self.cardinal(denominator), 'ിൽ')} {self.cardinal(numerator)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """രണ്ടര, രണ്ടേകാൽ; other fractions follow."""
        ending = _MIXED.get((numerator, denominator))
        words = self.cardinal(whole)
        if ending and words.endswith("്"):
            return words.removesuffix("്") + ending
        return f"{words} {self.fraction(numerator, denominator)}"


def _attached(words: str, ending: str) -> str:
    """Join an ending, which begins with a vowel sign, to a number's word in ``്``, ``ം`` or ``ി``."""
    if words.endswith("്"):
        return words.removesuffix("്") + ending
    if not words.endswith("ം"):
        return f"{words}യ{ending}"
    words = words.removesuffix("ം")
    if ending.startswith("ാ"):
        return words + ending
    return f"{words}വ{ending}" if ending == "ും" else f"{words}ത്ത{ending}"
