"""Addresses, handles, hashtags and file names."""

import re

from openwaves.normalize.context import Context
from openwaves.normalize.letters import spelled

_TOP = (
    "com org net in io ai co uk us edu gov mil int es mx ar cl pe dev app me tv info biz xyz fr de it eu ca au jp cn "
    "br ru nl pl se pt tech cloud shop blog online site club live news store pro mobi ly gl gg be ch at dk fi gr ie nz "
    "sg za ae pk bd lk np id kr tw"
)
_EXTENSIONS = (
    "pdf txt docx doc xlsx xls pptx ppt csv json xml yaml yml html htm css js ts py java cpp exe zip tar gz mp3 mp4 "
    "wav jpg jpeg png gif svg md log ini cfg sh bat dll apk iso rar ogg flac mkv avi mov sql db bak toml ipynb"
)
_DOMAIN = rf"(?:[A-Za-z0-9_-]{{1,63}}\.){{1,8}}(?:{'|'.join(_TOP.split())})(?![\w-]|\.\w)"
_TAIL = r"(?::\d{1,5})?(?:[/?#][^\s<>\"“”]*)?"
_WEB = re.compile(
    r"(?P<mail>(?:mailto:)?[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
    rf"|(?P<url>localhost(?::\d{{1,5}}(?:/[^\s<>\"“”]*)?|/[^\s<>\"“”]+)|(?:https?|ftp)://[^\s<>\"“”]+|www\.[^\s<>\"“”]+|{_DOMAIN}{_TAIL})"
    rf"|(?P<file>(?:[\w-]{{1,64}}\.){{1,4}}(?:{'|'.join(_EXTENSIONS.split())})(?![\w-]))",
)
_HINT = re.compile(r"[A-Za-z0-9._%+-]{0,64}(?:@|\.[A-Za-z0-9]|://|:\d)|[\w-]{1,64}\.[a-z]")
_TAG = re.compile(r"[@#](\d{0,20}[^\W\d]\w*(?:\.\w+)*)")
_CODE = re.compile(r"[A-Z0-9]*\d[A-Z0-9]*")
_PART = re.compile(r"[^\W\d_]+|\d+|[\W_]")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[A-Z]|[_.]|\S")
_SCHEME = re.compile(r"(?:https?|ftp)://|mailto:", re.IGNORECASE)
_SIGNS = {
    ".": "dot", "@": "at", "/": "slash", "_": "underscore", "-": "hyphen", ":": "colon", "?": "question",
    "=": "equals", "&": "and", "%": "percent", "+": "plus", "#": "hash", "\\": "backslash",
}  # fmt: skip


def read_web(context: Context, start: int) -> int:
    """Say an e-mail address, a web address or a file name at an offset.

    Returns:
        The offset past it; 0 if there is none.
    """
    if not _HINT.match(context.text, start):
        return 0
    match = _WEB.match(context.text, start)
    if not match:
        return 0
    text = match.group().rstrip(".,;:!?)'\"]}’»।")
    if not any(character.isalpha() for character in text):
        return 0
    scheme = _SCHEME.match(text)
    skipped = scheme.end() if scheme else 0
    body = text[skipped:].rstrip("/")
    if not any(character.isalnum() for character in body):
        return 0
    _say_parts(context, body, start, start + skipped, start + len(text))
    return start + len(text)


def _say_parts(context: Context, body: str, start: int, first: int, end: int) -> None:
    """Each part has its own span; the first begins at ``start``, the last stops at ``end``."""
    parts = list(_PART.finditer(body))
    letters = context.latin.code
    at = -1
    said: list[tuple[str, str]] = []
    begins: list[int] = []
    for number, part in enumerate(parts):
        text = part.group()
        if text[0].isalpha():
            after_dot = number > 0 and parts[number - 1].group() == "."
            words, code = _web_word(context, text, after_dot), letters
        elif text.isdecimal():
            words, code = _number(context, text), context.num.code
        elif text in _SIGNS:
            words, code = context.base.symbols[_SIGNS[text]], context.base.code
        else:
            continue
        if said and said[-1][1] == code:
            said[-1] = (f"{said[-1][0]} {words}", code)
        else:
            said.append((words, code))
            begins.append(start if at < 0 else first + part.start())
        at = number
    for (words, code), low, high in zip(said, begins, [*begins[1:], end], strict=True):
        context.say(words, low, high, code)


def _web_word(context: Context, text: str, after_dot: bool) -> str:
    if text.lower() == "www":
        return "W W W"
    if after_dot:
        row = context.base.tables.get("web_part", {}).get(text.lower()) or context.latin.tables.get("web_part", {}).get(
            text.lower()
        )
        if row:
            return row[0]
    if len(text) == 1 or (len(text) <= 5 and not set(text.lower()) & set("aeiouyáéíóú") and text.isascii()):
        return spelled(text)
    return text


def _number(context: Context, digits: str) -> str:
    if len(digits) <= 2 and not (digits[0] == "0" and len(digits) > 1):
        return context.num.cardinal(int(digits))
    if len(digits) == 4 and digits[:2] in {"19", "20"}:
        return context.num.year(int(digits))
    return context.num.digits(digits)


def read_tag(context: Context, start: int) -> int:
    """Say a handle ("@name") or a hashtag ("#NameOfIt") at an offset; 0 if there is none."""
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
            words.append(context.num.whole(text) if whole else _number(context, text))
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
