"""Letters and digits written together: "MP3", "COVID-19", "B2B", "US-101", "KA-01-HH-1234", "XX4521"."""

import re

from openwaves.tts.normalize import codes
from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.initialisms import initialism, spelled

_MIXED = re.compile(rf"(?:{LETTER}+|\d+(?:\.\d+(?!\.\d))?)(?:[-‑]?(?:{LETTER}+|\d+(?:\.\d+)?(?!\.\d)))*")
_ROAD = re.compile(r"(?:US|I|SR)-\d{3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MASKED = re.compile(r"[Xx]{2,12}-?\d{3,}")
_MIXED_PART = re.compile(rf"{LETTER}+|\d+(?:\.\d+)?")


def read(context: Context, start: int) -> int:
    """Say letters and digits that are written together; 0 if there are not both."""
    match = _MIXED.match(context.text, start)
    if not match or not any(map(str.isdecimal, match.group())) or match.group().isdecimal():
        return 0
    parts = list(_MIXED_PART.finditer(match.group()))
    coded = len(parts) > 2 and match.group().isupper()
    masked = bool(_MASKED.match(match.group()))
    ends = [start + part.start() for part in parts[1:]] + [match.end()]
    begin = start
    for part, end in zip(parts, ends, strict=True):
        text = part.group()
        if text[0].isdecimal():
            hyphened_year = _YEAR.fullmatch(text) and f"-{text}" in match.group()  # as in "CVE-2023-24329"
            labelled = len(text) > 2 and text.isdecimal() and text[0] != "0"
            labelled = labelled and (bool(_ROAD.fullmatch(match.group())) or codes.is_label(context, begin))
            if labelled:
                words = context.num.label(text)
            elif (masked or (coded and len(text) > 2 and not hyphened_year)) and text.isdecimal():
                words = context.num.digits(text)
            else:
                words = _digits(context, text)
            context.say(words, begin, end, context.num.code)
        elif any(map(str.isalnum, text)):
            language = context.latin if text.isascii() else context.base
            short = text.isascii() and text.isupper() and len(text) <= 3 and text not in {"CAR", "TOP"}
            voiceless = text.isascii() and 2 <= len(text) <= 3 and not set(text.lower()) & set("aeiouy")
            words = spelled(text) if short or voiceless else initialism(text, language, context.shouting) or text
            context.say(words, begin, end, language.code)
        begin = end
    return match.end()


def _digits(context: Context, text: str) -> str:
    whole, _, fraction = text.partition(".")
    num = context.num
    if fraction:
        return num.decimal(whole, fraction)
    if len(text) > 4 or (text[0] == "0" and len(text) > 1):
        return num.digits(text)
    if _YEAR.fullmatch(text):
        return num.year(int(text))
    return num.whole(text)
