"""Numbers of the Indian languages: hundred, thousand, lakh, crore."""

from openwaves.normalize.language import Language

_SCALES = (10**7, 10**5, 10**3)


class Indian(Language):
    """Counts in lakh and crore.

    The table's section ``number`` holds 0 to 99 and may hold any greater number that is one word of its own (100,
    900, 1000, 2000); ``scale`` holds 100, 1000, 100000 and 10000000. The first column is the word where the number
    ends, the second, if given, where more of the number follows.
    """

    latin = False
    indian = True

    def __init__(self) -> None:
        super().__init__()
        self.scale_names = {int(key): columns for key, columns in self.tables["scale"].items()}

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; crores are counted as a number of their own."""
        parts: list[str] = []
        for scale in _SCALES:
            count, number = divmod(number, scale)
            if count:
                parts.append(self.scaled(count, scale, more=number > 0))
        hundreds, rest = divmod(number, 100)
        if hundreds:
            parts.append(self.scaled(hundreds, 100, more=rest > 0))
        if rest or not parts:
            parts.append(self.numbers[rest][0])
        return " ".join(parts)

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Words of ``count`` times ``scale``, before further words of the number or at its end."""
        own = self.numbers.get(count * scale)
        if own:
            return own[-1 if more else 0]
        return f"{self.cardinal(count)} {self.scale_names[scale][-1 if more else 0]}"

    def year(self, number: int) -> str:
        """Years from 1100 to 1999 are counted in hundreds where the table has a row ``year``, ``hundreds``."""
        hundreds, rest = divmod(number, 100)
        if 11 <= hundreds <= 19 and "hundreds" in self.tables.get("year", {}):
            tail = f" {self.numbers[rest][0]}" if rest else ""
            return f"{self.numbers[hundreds][0]} {self.scale_names[100][-1 if rest else 0]}{tail}"
        return self.cardinal(number)
