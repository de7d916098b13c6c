"""Telephones, cards, documents: "+91 98765 43210", "(555) 123-4567"; and what is keyed: "*121#", "press #".

They are said digit by digit, with breaths between groups.
"""

import re

from openwaves.tts.normalize.context import Context

_SEP = r"[ \u00a0.-]"
_END = r"(?![\d]|[.,:/-]\d)"
PHONES = re.compile(
    rf"\+\d{{1,3}}(?:{_SEP}?\(?\d{{1,5}}\)?){{2,6}}{_END}"
    rf"|\+\d{{7,15}}{_END}"
    rf"|(?:\d{{1,2}}{_SEP})?\(\d{{2,5}}\){_SEP}?\d{{3,5}}(?:{_SEP}?\d{{2,5}}){{0,2}}{_END}"
    rf"|(?:[01]{_SEP}?)?[2-9]\d{{2}}([ \u00a0.-])\d{{3}}\1\d{{4}}{_END}"
    rf"|0?[6-9]\d{{4}}[ -]\d{{5}}{_END}"
    rf"|0\d{{2,4}}[ -]\d{{6,8}}{_END}"
    rf"|0\d{{2,4}}[ -]\d{{3,4}}[ -]\d{{3,4}}{_END}"
    rf"|1[ -]?8\d\d[ -]\d{{2,3}}[ -]\d{{4}}{_END}"
    rf"|[6-9]\d{{2}}[ -]\d{{3}}[ -]\d{{3}}{_END}"
    rf"|[6-9]\d{{2}}(?:[ -]\d{{2}}){{3}}{_END}"
    rf"|\d{{4}}([ -])\d{{4}}\2\d{{4}}(?:\2\d{{3,4}})?{_END}"
    rf"|\d{{3}}-\d{{2}}-\d{{4}}{_END}"
    rf"|0\d(?:[ .]\d{{2}}){{4}}{_END}"
    rf"|0\d{{1,3}}-\d{{2,3}}(?: \d{{2,3}}){{1,3}}{_END}"
    rf"|[89]\d{_SEP}\d{{3}}(?:{_SEP}\d\d){{2}}{_END}"
    rf"|555-\d{{4}}{_END}"
    rf"|[6-9]\d{{9}}(?!\d|[.,:/-]\d)"
    rf"|[1-9]\d{{2}} \d{{3}}(?! ?\d|[.,:/-]\d)"
)
"""Shapes of numbers that are said digit by digit. Source: numbering plans of India, the US, Spain, France, Sweden."""
_NINE_DIGITS = frozenset({"es", "pl", "pt"})
"""Languages of countries whose numbers have nine digits and begin with 6 to 9."""
_POSTAL = frozenset({"pin", "pincode", "पिन", "पिनकोड"})
"""Words before a postal code of India, which may have a space after its third digit."""
_RUN = re.compile(r"\d+")
_GROUPS = (3, 4, 3)  # contract, section 7
_SERVICE = re.compile(r"\*\d{1,6}(?:\*\d{1,16}){0,4}#")
_SHORT_SERVICE = re.compile(r"\*\d{2,3}(?![\w#*])")
_KEYS = {"#": "hash", "*": "star"}
_KEY = re.compile(r" (?:key|button|sign|symbol|बटन|दबाएँ|दबाएं|की)(?!\w)")


def read(context: Context, match: re.Match[str]) -> int:
    """Say the digits of each written group; breaths after 3, 4 and 3 digits where there are ten."""
    text, num = match.group(), context.num
    digits = sum(map(str.isdecimal, text))
    postal = digits == 6 and {context.before, context.before_that} & (context.base.digit_words | _POSTAL)
    if not 7 <= digits <= 19 and not postal:
        return 0
    if digits == 9 and text[0] in "6789" and context.base.code not in _NINE_DIGITS:
        return 0
    runs = list(_RUN.finditer(text))
    breaths = _breaths([len(run.group()) for run in runs], plus=text[0] == "+")
    said = 0
    starts = [match.start(), *(match.start() + run.start() for run in runs[1:])]
    for number, run in enumerate(runs):
        words = [num.symbols["plus"]] if number == 0 and text[0] == "+" else []
        for digit in run.group():
            said += 1
            words.append(num.digits(digit) + ("," if said in breaths and said < digits else ""))
        end = match.end() if number == len(runs) - 1 else match.start() + run.end()
        context.say(" ".join(words), starts[number], end, num.code)
    return match.end()


def _breaths(lengths: list[int], *, plus: bool) -> set[int]:
    """After how many digits there is a breath."""
    total = sum(lengths)
    lead = total - sum(_GROUPS)
    if lead == 0 or (0 < lead <= 3 and (lead == lengths[0] or (plus and len(lengths) == 1))):
        return {lead, lead + 3, lead + 7}
    breaths, seen = set(), 0
    for length in lengths:
        seen += length
        breaths.add(seen)
    return breaths


def key(context: Context, position: int) -> str:
    """The name of "#" or "*" as a key of a telephone, "press #", "the * key"; "" if it is none."""
    text, sign, end = context.text, context.text[position], position + 1
    if sign not in _KEYS or (position > 0 and not text[position - 1].isspace()):
        return ""
    right = end < len(text) and not text[end].isspace()
    pressed = _KEY.match(text, end) or (not right and _is_pressed(context))
    return context.base.symbols[_KEYS[sign]] if pressed else ""


def _is_pressed(context: Context) -> bool:
    """Whether the word before says that keys of a telephone follow."""
    return context.before in context.base.tables.get("press_word", {})


def read_service(context: Context, position: int) -> int:
    """A code that a phone sends to its network, digit by digit: "*121#", "dial *67"; 0 if there is none."""
    match = _SERVICE.match(context.text, position)
    if not match and _is_pressed(context):
        match = _SHORT_SERVICE.match(context.text, position)
    if not match:
        return 0
    symbols, num = context.base.symbols, context.num
    names = {"*": symbols["star"], "#": symbols["hash"]}
    words = " ".join(names.get(sign) or num.digits(sign) for sign in match.group())
    context.say(words, match.start(), match.end(), context.base.code)
    return match.end()
