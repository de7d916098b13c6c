"""Spanish: gender and apocope of numbers, decimal comma, ordinals by gender."""

import re

from openwaves.tts.normalize.languages.romance import Romance

_SCALES = ((10**12, "un billón", "billones"), (10**6, "un millón", "millones"))


class Spanish(Romance):
    """Forms of a number: "" counting (uno), "m" before a masculine noun (un), "f" before a feminine one (una)."""

    code = "es"
    decimal_mark = ","
    feminine_ending = re.compile(r"(?:as?|ciones|ción|siones|sión|dades|dad|tades|tad|tudes|tud|umbres?)$")
    million_words = re.compile("^(?:mill|bill)")

    def cardinal(self, number: int, form: str = "", *, indian: bool = False) -> str:
        """Words of a number in one of the three forms."""
        parts: list[str] = []
        for scale, one, many in _SCALES:
            count, number = divmod(number, scale)
            if count:
                parts.append(one if count == 1 else f"{self.cardinal(count, 'm')} {many}")
        thousands, rest = divmod(number, 1000)
        if thousands:
            parts.append("mil" if thousands == 1 else f"{self._below_thousand(thousands, form or 'm')} mil")
        if rest or not parts:
            parts.append(self._below_thousand(rest, form))
        return " ".join(parts)

    def _below_thousand(self, number: int, form: str) -> str:
        if number == 100:
            return "cien"
        hundreds, rest = divmod(number, 100)
        words = [self.numbers[hundreds * 100][0]] if hundreds else []
        if hundreds > 1 and form == "f":
            words[0] = words[0].removesuffix("os") + "as"
        if rest in self.numbers and (rest or not words):
            words.append(self.numbers[rest][0])
        elif rest:
            words += [self.numbers[rest // 10 * 10][0], "y", self.numbers[rest % 10][0]]
        if rest % 10 == 1 and rest != 11 and form:
            words[-1] = self._shortened(words[-1], form)
        return " ".join(words)

    @staticmethod
    def _shortened(word: str, form: str) -> str:
        if form == "f":
            return word[:-1] + "a"
        return "veintiún" if word == "veintiuno" else "un"

    def decimal(self, whole: str, fraction: str, *, indian: bool = False, mark: str = "") -> str:
        """The mark is named as written; two digits after it are read as a number."""
        name = self.symbols["punto" if mark == "." else "point"]
        both = len(fraction) == 2 and fraction[0] != "0"
        tail = self.cardinal(int(fraction)) if both else self.digits(fraction)
        return f"{self.whole(whole or '0')} {name} {tail}"

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" primero, "f" primera, "a" primer, "mp" primeros, "fp" primeras. Above 100 the number is said."""
        if not 1 <= number <= 100:
            return self.cardinal(number)
        row = self.ordinals
        words = [row[number][0]] if number in row else [row[number // 10 * 10][0], row[number % 10][0]]
        if form in {"f", "fp"}:
            words = [word[:-1] + "a" for word in words]
        if form in {"mp", "fp"}:
            words = [word + "s" for word in words]
        if form == "a" and words[-1] in {"primero", "tercero", "decimotercero"}:
            words[-1] = words[-1][:-1]
        return " ".join(words)

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """Hours and minutes; a full hour is "nueve en punto", hours of the clock are feminine."""
        if second is not None:
            return super().time(hour, minute, second, after)
        if minute:
            return f"{self.cardinal(hour, 'f' if hour == 1 else '')} {self._minute(minute)}"
        return self.cardinal(hour, "f") + ("" if after in {"am", "pm", "h", "horas", "hora"} else " en punto")

    def _minute(self, number: int) -> str:
        return f"cero {self.cardinal(number)}" if number < 10 else self.cardinal(number)

    def fraction(self, numerator: int, denominator: int) -> str:
        """Un medio, dos tercios, tres cuartos; from eleven on "-avos"."""
        count = self.cardinal(numerator, "m")
        if denominator < 2 or (denominator > 99 and denominator != 100):
            return f"{self.cardinal(numerator)} {self.symbols['over']} {self.cardinal(denominator)}"
        names = {2: "medio", 3: "tercio", 100: "centésimo"}
        if denominator in names:
            part = names[denominator]
        elif denominator <= 10:
            part = self.ordinal(denominator)
        else:
            part = self.cardinal(denominator).replace(" y ", "i").replace("é", "e") + "avo"
        return f"{count} {part}{'' if numerator == 1 else 's'}"

    def fraction_of(self, numerator: int, denominator: int, after: str) -> str:
        """A half has no article, and the gender of its noun: "media taza", "medio kilogramo"."""
        if (numerator, denominator) == (1, 2) and (after in self.units or self.noun_form(after)):
            return self._half(after)
        return self.fraction(numerator, denominator)

    def mixed_of(self, whole: int, numerator: int, denominator: int, after: str) -> str:
        """As in "dos y media tazas"."""
        if (numerator, denominator) == (1, 2):
            return f"{self.cardinal(whole, self.noun_form(after))} y {self._half(after)}"
        return self.mixed(whole, numerator, denominator)

    def _half(self, after: str) -> str:
        form = self.units[after].form if after in self.units else self.noun_form(after)
        return "media" if form == "f" else "medio"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """As in "dos y medio"."""
        words = self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} y {'medio' if words == 'un medio' else words}"

    def ruler(self, number: int, name: str) -> str:
        """Ordinals up to ten, numbers beyond. Source: RAE, "ordinales"."""
        female = name.endswith("a") or name == "isabel"
        return self.ordinal(number, "f" if female else "m") if number <= 10 else self.cardinal(number)
