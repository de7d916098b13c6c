"""Handles and hashtags: "@some_name", "#NameOfIt", "order #A1B2"."""

import re

from openwaves.tts.normalize import hexadecimal
from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.initialisms import spelled
from openwaves.tts.normalize.web import say_digits

_TAG = re.compile(r"[@#](\d{0,20}[^\W\d]\w*(?:\.\w+)*)")
_CODE = re.compile(r"[A-Z0-9]*\d[A-Z0-9]*")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[A-Z]|[_.]|\S")


def read(context: Context, start: int) -> int:
    """Say a handle ("@name") or a hashtag ("#NameOfIt") at an offset; 0 if there is none."""
    if done := hexadecimal.read_color(context, start):
        return done
    match = _TAG.match(context.text, start)
    if not match or (start and context.text[start - 1].isalnum()):
        return 0
    if match.group()[0] == "#" and _CODE.fullmatch(match[1]) and context.names_code(hashed=True):
        _say_code(context, match)
        return match.end()
    sign = "at" if match.group()[0] == "@" else "hashtag"
    words = [context.base.symbols[sign]]
    for part in _CAMEL.finditer(match[1]):
        text = part.group()
        if text in {"_", "."}:
            if sign == "at":
                words.append(context.base.symbols["underscore" if text == "_" else "dot"])
        elif text.isdecimal():
            whole = part.start() == 0 and text[0] != "0" and len(text) < 4
            words.append(context.num.whole(text) if whole else say_digits(context, text))
        elif text.isupper() and 2 <= len(text) <= 3 and text not in context.latin.said_words:
            words.append(spelled(text))
        else:
            words.append(text)
    # A split inside words of a script with marks would cut letters from their signs.
    if not match[1].isascii():
        words[1:] = match[1].replace("_", " ").split()
        end = match.end()
        while end < len(context.text) and not context.text[end].isspace() and context.text[end] not in ".,;:!?।":
            end += 1
        words[1:] = context.text[match.start(1) : end].replace("_", " ").split()
        context.say(" ".join(words), start, end, context.base.code)
        return end
    context.say(" ".join(words), start, match.end(), context.base.code)
    return match.end()


def _say_code(context: Context, match: re.Match[str]) -> None:
    """Letters and digits of a code one by one: "order #A1B2"."""
    digit = context.num.digits
    said = " ".join(digit(sign) if sign.isdecimal() else sign for sign in match[1])
    context.say(context.base.symbols["number"], match.start(), match.start(1), context.base.code)
    context.say(said, match.start(1), match.end(), context.num.code)
