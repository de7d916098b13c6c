"""The web: "https://example.com/a-b", "info@example.in", "localhost:8000", "report.pdf"."""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.initialisms import spelled

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
_PART = re.compile(r"[^\W\d_]+|\d+|[\W_]")
_SCHEME = re.compile(r"(?:https?|ftp)://|mailto:", re.IGNORECASE)
_SIGNS = {
    ".": "dot", "@": "at", "/": "slash", "_": "underscore", "-": "hyphen", ":": "colon", "?": "question",
    "=": "equals", "&": "and", "%": "percent", "+": "plus", "#": "hash", "\\": "backslash",
}  # fmt: skip


def read(context: Context, start: int) -> int:
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
    say_parts(context, body, start, start + skipped, start + len(text))
    return start + len(text)


def say_parts(context: Context, body: str, start: int, first: int, end: int) -> None:
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
            words, code = word(context, text, after_dot), letters
        elif text.isdecimal():
            words, code = say_digits(context, text), context.num.code
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


def word(context: Context, text: str, after_dot: bool = False) -> str:
    """A word of an address: as it is read after a dot, or by its letters if it cannot be said."""
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


def say_digits(context: Context, digits: str) -> str:
    """Words of the digits in an address: a small number, a year, or digit by digit."""
    if len(digits) <= 2 and not (digits[0] == "0" and len(digits) > 1):
        return context.num.cardinal(int(digits))
    if len(digits) == 4 and digits[:2] in {"19", "20"}:
        return context.num.year(int(digits))
    return context.num.digits(digits)
