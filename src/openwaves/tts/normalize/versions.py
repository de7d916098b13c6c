"""Versions and addresses of machines: "v1.2", "3.11.4", "192.168.1.1"."""

import re

from openwaves.tts.normalize.context import Context

NUMBERS = re.compile(r"\d{1,6}(?:\.\d{1,6}){2,}(?![\w])")
"""Three numbers or more with full stops between."""
_GROUPS_ONLY = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_AFTER_V = re.compile(r"\d{1,6}(?:\.\d{1,6})+(?![\w])")


def read(context: Context, match: re.Match[str]) -> int:
    """Parts with "point" between; an address of four parts with "dot"."""
    text, num = match.group(), context.num
    if context.base.decimal_mark == "," and _GROUPS_ONLY.fullmatch(text):
        return 0
    parts = text.split(".")
    name = num.symbols["dot" if len(parts) == 4 else "version"]
    context.say(f" {name} ".join(map(num.whole, parts)), match.start(), match.end(), num.code)
    return match.end()


def read_release(context: Context, start: int) -> int:
    """Say "v1.2" at an offset; 0 if there is none."""
    text = context.text
    if text[start] not in "vV" or not (version := _AFTER_V.match(text, start + 1)):
        return 0
    name = context.base.symbols.get("release", "v")
    context.say(name, start, start + 1, context.base.code)
    parts = map(context.num.whole, version.group().split("."))
    context.say(f" {context.num.symbols['version']} ".join(parts), start + 1, version.end(), context.num.code)
    return version.end()
