"""Operators between digits, when the request asks for them. Source: contract, section 7."""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry

_RIGHT = r"[ \t\u00a0]*(?=[-−]?[₹$€£¥]?[-−]?\.?\d)"
OPERATOR = rf"(?:\*\*|[×÷*^+=xX]){_RIGHT}|(?<=[ \t\u00a0])[-–−/](?=[ \t\u00a0]){_RIGHT}"
"""What may be an operator; ``read_operator`` looks at what stands to its left."""

_LEFT = re.compile(r"[\d%)²³½¼¾°][ \t\u00a0]{0,8}\Z")
_KEYS = {"×": "×", "x": "x", "X": "x", "*": "*", "÷": "÷", "/": "/", "+": "+", "=": "=", "^": "^", "**": "^"}


def read_operator(context: Context, match: re.Match[str]) -> int:
    """Say an operator; the offset past it and the spaces after it, 0 if no number stands to its left."""
    start = match.start()
    if not _LEFT.search(context.text[max(0, start - 9) : start]):
        return 0
    sign = match.group().strip()
    key = _KEYS.get(sign, "-")
    language = context.num
    if key in language.operators:
        words, code = language.operators[key], language.code
    else:
        words, code = registry.language("en").operators[key], "en"
    context.say(words, start, start + len(sign), code)
    return match.end()
