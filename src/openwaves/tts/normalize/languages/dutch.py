"""Dutch: a space after duizend, years in hundreds, hours with "uur"."""

import re

from openwaves.tts.normalize.languages.european import European

_AFTER_THOUSAND = re.compile(r"duizend(?=\w)")


class Dutch(European):
    """Standard Dutch."""

    code = "nl"
    library = "nl"

    def plain(self, number: int) -> str:
        """With a space after "duizend". Source: Taalunie, leidraad, getallen."""
        return _AFTER_THOUSAND.sub("duizend ", super().plain(number))

    def year(self, number: int) -> str:
        """As in "negentienhonderdvierentachtig"."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19:
            return self.cardinal(number)
        return f"{self.plain(hundreds)}honderd{self.plain(rest) if rest else ''}"

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Numbers of the last centuries are mostly years."""
        return (1100 < number < 2000 and number % 100 > 0) or super().is_year(number, before, after)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """As in "negen uur dertig"."""
        words = f"{self.cardinal(hour)} uur"
        if minute or second is not None:
            words += f" {self.cardinal(minute)}"
        return words if second is None else f"{words} en {self.cardinal(second)} seconden"

    def fraction(self, numerator: int, denominator: int) -> str:
        """Een half, twee derde, drie kwart, vijf twaalfde."""
        if denominator < 2 or denominator > 100:
            return super().fraction(numerator, denominator)
        part = {2: "half", 4: "kwart"}.get(denominator) or self.ordinal(denominator)
        return f"{'een' if numerator == 1 else self.cardinal(numerator)} {part}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "twee en een half", "anderhalf"."""
        if (whole, numerator, denominator) == (1, 1, 2):
            return "anderhalf"
        return f"{self.cardinal(whole)} en {self.fraction(numerator, denominator)}"

    def ruler(self, number: int, name: str) -> str:
        """As in "de derde"."""
        return f"de {self.ordinal(number)}"
