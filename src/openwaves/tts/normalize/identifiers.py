"""Names of code: "stt.local.model", "--version", "-v", "a && b", "a || b", "x == y", "x != y".

Dotted names in small letters are said with "dot" where they have three parts, or where one part is no plain word or
the word before says that a name follows (``identifier_leads``); else a full stop without a space ends a sentence.
"""

import re

from openwaves.tts.normalize import relations, web
from openwaves.tts.normalize.context import Context

_DOTTED = re.compile(r"[a-z_][a-z0-9_]{0,30}(?:\.[a-z_][a-z0-9_]{0,30}){1,8}(?![\w]|\.\w)")
_FLAG = re.compile(r"(--?)([A-Za-z][\w-]{0,40})(?!\w|\.\w)")
_PART = re.compile(r"[A-Za-z]+|\d+")
_OPERATORS = re.compile(r"(&&|\|\||[!=]==?|:=)(?=[\s\w\"'(]|\Z)")
_KEYS = {"&": "and", "|": "or", "!": "unequal", "=": "equals", ":": "equals"}
_ROOTS = frozenset(
    {
        "os",
        "sys",
        "np",
        "pd",
        "self",
        "this",
        "app",
        "config",
        "settings",
        "window",
        "document",
        "console",
        "math",
        "json",
    }
    | {
        "torch",
        "process",
        "module",
        "req",
        "res",
        "request",
        "response",
        "file",
        "path",
        "user",
        "data",
        "string",
        "array",
    }
)


def read_dotted(context: Context, start: int) -> int:
    """Say a dotted name at an offset; 0 if there is none."""
    match = _DOTTED.match(context.text, start)
    if not match:
        return 0
    parts = match.group().split(".")
    named = len(parts) > 2 or parts[0] in _ROOTS or any(not part.isalpha() for part in parts)
    if not named and context.before not in context.latin.listed("identifier_leads"):
        return 0
    web.say_parts(context, match.group(), start, start, match.end())
    return match.end()


def read_flag(context: Context, position: int) -> int:
    """Say an option of a command, "--no-cache", "-v", at an offset; 0 if there is none."""
    text = context.text
    match = _FLAG.match(text, position)
    if not match or not text[:position].strip() or text[position - 1] not in " \u00a0(,`\"'":
        return 0
    dashes, name = match.groups()
    if name.upper() in context.latin.listed("function_words"):
        return 0
    if dashes == "-" and (len(name) > 1 or not context.before.isascii() or not context.before.isalpha()):
        return 0
    hyphen = context.base.symbols["hyphen"]
    context.say(" ".join([hyphen] * len(dashes)), position, position + len(dashes), context.base.code)
    for part in _PART.finditer(text, match.start(2), match.end(2)):
        if part.group().isdecimal():
            context.say(context.num.whole(part.group()), part.start(), part.end(), context.num.code)
        else:
            context.say(web.word(context, part.group()), part.start(), part.end(), context.latin.code)
    return match.end()


def read_operator(context: Context, position: int) -> int:
    """Say an operator of two signs or three at an offset; 0 if there is none."""
    match = _OPERATORS.match(context.text, position)
    if not match:
        return 0
    words, code = relations.name(context, _KEYS[match[1][0]])
    context.say(words, position, match.end(), code)
    return match.end()
