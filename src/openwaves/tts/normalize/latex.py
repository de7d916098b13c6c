r"""LaTeX: "$6x_1 + 4x_2 \leq 24$", "$n^2$", "\frac{7}{10}", "\(\sqrt{2}\)", "$$\sum_{i=1}^n i$$", "\alpha".

What stands between the marks is read sign by sign, in groups of what is written without a space.
"""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.latex_commands import FONTS, FUNCTIONS, GREEK, KNOWN, SIGNS, SYMBOLS, VERBS
from openwaves.tts.normalize.relations import name

_ARGUMENT = r"\{[^{}$\n]{1,60}\}"
_INSIDE = r"(?:[^$\n\\]|\\.){1,300}?"
SPAN = re.compile(
    rf"\$\$(?P<display>{_INSIDE})\$\$"
    rf"|\$(?=\S)(?P<inline>{_INSIDE})(?<=[^\s\\])\$(?!\d)"
    rf"|\\\((?P<round>{_INSIDE})\\\)|\\\[(?P<square>{_INSIDE})\\\]"
    rf"|(?<![\w:\\./])\\(?:(?:[dt]?frac|binom)\s?{_ARGUMENT}\s?{_ARGUMENT}|sqrt(?:\[\w{{1,3}}\])?\s?{_ARGUMENT}"
    rf"|(?:{FONTS}){_ARGUMENT}|(?:{KNOWN})(?![A-Za-z\\/]))"
)
"""Formulas between their marks, and commands by themselves. Source: The LaTeX Project, "LaTeX for authors"."""

_MATH = re.compile(r"[\\^_{=<>+*/|≤≥≠×]|[A-Za-z\d]-|- ?[A-Za-z\d]|^[A-Za-z]'?$|^\d+[A-Za-z]{1,2}$|^[A-Za-z]\(|^\(")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")
_GROUPED = re.compile(rf"\\(?:{FONTS})\s?\{{[^{{}}]*\}}")
_TOKEN = re.compile(
    r"\\(?P<command>[A-Za-z]+|.)|(?P<number>\d+(?:[.,]\d+)*)|(?P<letter>[^\W\d_])|(?P<sign>[-+−=<>*/^_{}()\[\]|!',;:.≤≥×÷±≠→≈%&~])"
    r"|(?P<space>\s+)|(?P<other>.)"
)


MOST_LETTERS = 300
"""Of a formula between its marks."""

_OPENING = re.compile(r"\$(?=[\\({-]|[A-Za-z]{1,2}(?![A-Za-z])|\d{1,4}[A-Za-z]?[ ]?[_^\\+=*/<>-])[^$]*\Z")


def is_math(found: re.Match[str]) -> bool:
    """Whether a match of ``SPAN`` is a formula, and not what stands between two prices."""
    inline = found["inline"]
    if inline is None:
        return True
    bare = _GROUPED.sub("", inline)
    return bool(_MATH.search(inline)) and not _WORD.search(bare) and not inline.startswith((" ", "."))


def unclosed(text: str, start: int, end: int) -> int:
    """Offset of the mark, between two offsets, of a formula whose end has not been written yet; -1 if there is none."""
    opening = _OPENING.search(text, start)
    if not opening or opening.start() >= end or _WORD.search(_GROUPED.sub("", text[opening.start() :])):
        return -1
    return opening.start()


def read(context: Context, position: int) -> int:
    """Say a formula at an offset; the offset past it, 0 if there is none."""
    found = SPAN.match(context.text, position)
    if not found or not is_math(found):
        return 0
    kind = next((kind for kind in ("display", "inline", "round", "square") if found[kind] is not None), None)
    start, end = (found.span(kind)) if kind else found.span()
    _Formula(context, start, end).say(found.start(), found.end())
    return found.end()


class _Formula:
    """One formula while it is being read, token by token."""

    def __init__(self, context: Context, start: int, end: int) -> None:
        self.context = context
        self.tokens = list(_TOKEN.finditer(context.text, start, end))
        self.place = 0
        self.said: list[tuple[str, str, int, int]] = []

    def say(self, start: int, end: int) -> None:
        """Say all of it for the stretch with its marks; what is written without a space as one piece."""
        while self.place < len(self.tokens):
            self._next()
        pieces: list[tuple[str, str, int, int]] = []
        text = self.context.text
        for words, code, low, high in self.said:
            last = pieces[-1] if pieces else None
            lone = last and "A" in {words, last[0]}  # beside another word it is the letter, and no article
            if last and last[1] == code and (lone or low <= last[3] or not any(map(str.isspace, text[last[3] : low]))):
                pieces[-1] = (f"{last[0]} {words}", code, last[2], max(high, last[3]))
            else:
                pieces.append((words, code, max(low, last[3] if last else low), high))
        for number, (words, code, low, high) in enumerate(pieces):
            begin = start if number == 0 else low
            stop = end if number == len(pieces) - 1 else high
            self.context.say(words, begin, max(stop, begin + 1), code)

    def _add(self, words: str, start: int, end: int, code: str = "") -> None:
        if words:
            self.said.append((words, code or self.context.base.code, start, end))

    def _name(self, key: str, start: int, end: int) -> None:
        words, code = name(self.context, key)
        self._add(f"is {words}" if key in VERBS and code == "en" else words, start, end, code)

    def _english(self, words: str, start: int, end: int) -> None:
        self._add(words, start, end, "en")

    def _next(self) -> None:
        """Read one token, with what belongs to it."""
        token = self.tokens[self.place]
        self.place += 1
        start, end, num = token.start(), token.end(), self.context.num
        if token["command"]:
            self._command(token["command"], start, end)
        elif token["number"]:
            whole, _, fraction = token["number"].replace(",", "").partition(".")
            words = num.decimal(whole, fraction, mark=".") if fraction else num.whole(whole)
            self._add(words, start, end, num.code)
        elif token["letter"]:
            letter = token["letter"]
            latin = self.context.latin.code if letter.isascii() else self.context.base.code
            self._add("A" if letter == "a" else letter, start, end, latin)
            if self._follows("(") and letter in "fghPFG" and self.context.latin.code == "en":
                self._english("of", end, end)
        elif token["sign"]:
            self._sign(token["sign"], start, end)

    def _sign(self, sign: str, start: int, end: int) -> None:
        if sign == "^":
            self._power(start)
        elif sign in SIGNS:
            self._name(SIGNS[sign], start, end)
        elif sign == "!":
            self._english("factorial", start, end)
        elif sign == "'":
            self._english("prime", start, end)
        elif sign in ",;" and self.said:
            words, code, low, high = self.said[-1]
            self.said[-1] = (words.rstrip(",") + ",", code, low, high)

    def _power(self, start: int) -> None:
        """What stands above: a square, a cube, degrees, a prime, another power."""
        symbols = self.context.base.symbols
        text, begin, end = self._argument()
        key = {"2": "squared", "3": "cubed"}.get(text)
        if key and key in symbols:
            self._add(symbols[key], start, end)
        elif text in {"\\circ", "o", "°"}:
            self._name("degrees", start, end)
        elif text in {"\\prime", "'"}:
            self._english("prime", start, end)
        elif "power" in symbols:
            self._add(symbols["power"], start, begin)
            self._inner(begin, end)
        else:
            self._english(registry.language("en").symbols["power"], start, begin)
            self._inner(begin, end)

    def _command(self, command: str, start: int, end: int) -> None:
        if self._structure(command, start, end):
            return
        if command in SYMBOLS:
            self._name(SYMBOLS[command], start, end)
        elif command in FUNCTIONS:
            self._english(FUNCTIONS[command], start, end)
            if self._follows("("):
                self._english("of", end, end)
        elif command.lower().removeprefix("var") in GREEK:
            self._english(command.lower().removeprefix("var"), start, end)
        elif command in {"ldots", "cdots", "dots"} and self.said:
            words, code, low, high = self.said[-1]
            self.said[-1] = (words.rstrip(",") + "…", code, low, high)
        elif command in "%&#_":
            key = {"%": "percent", "&": "and", "#": "hash", "_": "underscore"}[command]
            self._add(self.context.base.symbols[key], start, end)

    def _structure(self, command: str, start: int, end: int) -> bool:
        """Read a command that has arguments; False if this one has none."""
        if command in {"frac", "dfrac", "tfrac"}:
            self._fraction(start)
        elif command == "sqrt":
            self._root(start, end)
        elif command in {"sum", "prod", "int", "lim"}:
            self._bounded(command, start, end)
        elif command == "binom":
            above, below = self._argument(), self._argument()
            self._inner(above[1], above[2])
            self._english("choose", above[2], below[1])
            self._inner(below[1], below[2])
        elif re.fullmatch(FONTS, command):
            text, begin, stop = self._argument()
            if command.startswith(("text", "operatorname", "emph", "boxed")):
                self._add(text.strip(), begin, stop, self.context.latin.code)
            else:
                self._inner(begin, stop)
        elif command in {"begin", "end"}:
            self._argument()
        else:
            return False
        return True

    def _fraction(self, start: int) -> None:
        above, below = self._argument(), self._argument()
        num = self.context.num
        plain = above[0].isdecimal() and below[0].isdecimal() and len(below[0]) < 5 and len(above[0]) < 5
        if plain and int(below[0]) > 1 and int(below[0]) not in {10, 100}:
            self._add(num.fraction(int(above[0]), int(below[0])), start, below[2], num.code)
            return
        self._inner(above[1], above[2])
        self._name("over", above[2], below[1])
        self._inner(below[1], below[2])

    def _root(self, start: int, end: int) -> None:
        degree = ""
        if self._follows("["):
            stop = self._skip("]")
            degree = self.context.text[end + 1 : stop - 1].strip()
        _, begin, stop = self._argument()
        if degree == "3":
            self._english("the cube root of", start, begin)
        elif degree.isdecimal():
            self._english(f"the {registry.language('en').ordinal(int(degree))} root of", start, begin)
        elif degree:
            self._english(f"the {degree} th root of", start, begin)
        else:
            self._name("root", start, begin)
        self._inner(begin, stop)

    def _bounded(self, command: str, start: int, end: int) -> None:
        """A sum, a product, an integral or a limit with what stands below and above it."""
        heads = {"sum": "the sum", "prod": "the product", "int": "the integral", "lim": "the limit"}
        self._english(heads[command], start, end)
        for sign, word in (("_", "as" if command == "lim" else "from"), ("^", "to")):
            if self._follows(sign):
                self.place += 1
                _, begin, stop = self._argument()
                self._english(word, begin, begin)
                self._inner(begin, stop)
                end = stop
        self._english("of", end, end)

    def _follows(self, sign: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].group() == sign

    def _skip(self, closing: str) -> int:
        """Go past the next closing sign; the offset past it."""
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            self.place += 1
            if token.group() == closing:
                break
        return self.tokens[self.place - 1].end()

    def _argument(self) -> tuple[str, int, int]:
        """Take the next token or group in braces: its text, and where it begins and ends."""
        while self.place < len(self.tokens) and self.tokens[self.place]["space"]:
            self.place += 1
        if self.place >= len(self.tokens):
            end = self.tokens[-1].end()
            return "", end, end
        first, text = self.tokens[self.place], self.context.text
        self.place += 1
        if first.group() != "{":
            return first.group(), first.start(), first.end()
        depth = 1
        while self.place < len(self.tokens) and depth:
            sign = self.tokens[self.place].group()
            depth += (sign == "{") - (sign == "}")
            self.place += 1
        end = self.tokens[self.place - 1].start() if not depth else self.tokens[-1].end()
        return text[first.end() : end], first.end(), end

    def _inner(self, start: int, end: int) -> None:
        """Read a part by itself."""
        if start < end:
            part = _Formula(self.context, start, end)
            while part.place < len(part.tokens):
                part._next()
            self.said += part.said
