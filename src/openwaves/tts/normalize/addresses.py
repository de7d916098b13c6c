"""Addresses: "5th St.", "North St Andrew Lane", "232 James St S", "350 NE 13th St", "Portland, OR 97201", "US-101 S".

And postal codes, "Bengaluru - 560001", and what looks like a direction, "37.7° N".
"""

import re

from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages.language import Language

US_POSTAL = re.compile(r"(\d{5})-(\d{4})(?![\d-])")
"""A postal code of the US with its last four digits."""
_ROADS = (
    "Ave|Avenue|St|Street|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Way|Place|Pl|Court|Ct|Pkwy|Parkway|Terrace|Square|Hwy|"
    "Circle|Cir|Trail|Plaza"
)
_STREET = re.compile(
    rf" (?:[NSEW][EW]?\.? )?(?:(?:[A-Z][\w'’]*|\d{{1,3}}(?:st|nd|rd|th))\.? ){{1,3}}"
    rf"(?:{_ROADS}|{_ROADS.upper()}|Marg)(?!\w)"
)
_ROAD_BEFORE = re.compile(rf"(?<!\w)(?:{_ROADS}|{_ROADS.upper()})\.? \Z")
_NAME_AHEAD = re.compile(
    rf"\.? (?:[A-Z][\w'’]+|\d{{1,3}}(?:st|nd|rd|th))(?: [\w'’]+){{0,2}}\.? (?:{_ROADS}|{_ROADS.upper()})(?!\w)"
)
_NAME_ENDS = re.compile(rf"\.? [A-Z][\w'’]+(?: [A-Z][\w'’]+)? (?:{_ROADS}|{_ROADS.upper()})(?!\w)")
_HOUSE_BEFORE = re.compile(r"(?<![\w.,])\d{1,5}[A-Z]? (?:[A-Z][\w'’]+ ){1,2}\Z")
_NAME_AFTER = re.compile(r"\.?[ \t]+([A-Z][A-Za-z]*)")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
_CITY_BEFORE = re.compile(rf"{LETTER}{{3,20}} [-–—] ?\Z")
_CAPITALS_BEFORE = re.compile(r"(?<!\w)([A-Z]{2}) \Z")
_DIRECTED = re.compile(r"(?:\d[°′″'’\"”] ?|(?<!\w)(?:I|US|SR|Hwy|Highway|Route|Rte|Interstate)[ -]\d{1,3} )\Z")
_POSTAL_CODE_AHEAD = re.compile(r" \d{5}(?![\d,.]\d|\d)")


def read_us_postal(context: Context, match: re.Match[str]) -> int:
    """Both parts digit by digit, after a state: "CA 94043-1351"."""
    if not _follows_state(context, match.start()):
        return 0
    context.say(context.num.digits(match[1]) + ",", match.start(), match.end(1), context.num.code)
    context.say(context.num.digits(match[2]), match.start(2), match.end(), context.num.code)
    return match.end()


def direction(context: Context, word: str, start: int, language: Language) -> str:
    """The direction that a letter stands for after a road or degrees, "US-101 S"; "" if it is none."""
    found = language.tables.get("direction", {}).get(word)
    if not found:
        return ""
    text, end = context.text, start + len(word)
    directed = len(word) == 1 and _DIRECTED.search(text, max(0, start - 20), start)
    after_road = _ROAD_BEFORE.search(text, max(0, start - 12), start)
    return found[0] if directed or after_road or _NAME_AHEAD.match(text, end) else ""


def names_road(text: str, end: int) -> bool:
    """Whether the name of a road follows an offset: "3rd St"."""
    return bool(_NAME_AHEAD.match(text, end))


def is_direction(context: Context, letter: str, end: int) -> bool:
    """Whether a letter after a number, which ends at an offset, is a direction and no unit: "100 W 5th St"."""
    return letter in "NSEW" and bool(_NAME_AHEAD.match(context.text, end))


def is_postal(context: Context, digits: str, start: int, end: int) -> bool:
    """Whether it is an Indian postal code after a city's dash, or one of the US after its state."""
    if len(digits) == 6 and digits[0] != "9":
        city = _CITY_BEFORE.search(context.text, max(0, start - 24), start)
        return bool(city) and not context.word_after(end)
    return len(digits) == 5 and _follows_state(context, start)


def _follows_state(context: Context, start: int) -> bool:
    state = _CAPITALS_BEFORE.search(context.text, max(0, start - 4), start)
    return state is not None and state[1] in context.latin.states


def is_house(context: Context, digits: str, end: int) -> bool:
    """Whether the name of a street follows: "1600 Pennsylvania Avenue"."""
    if len(digits) not in {3, 4} or context.before in context.base.year_words:
        return False
    return bool(_STREET.match(context.text, end))


def is_state(language: Language, text: str, word: str, start: int) -> bool:
    """Whether a state stands before a postal code; one that is a word of every day, such as "OR", after a comma."""
    if word not in language.states or not _POSTAL_CODE_AHEAD.match(text, start + len(word)):
        return False
    return word not in language.said_words or text[max(0, start - 2) : start] == ", "


def ends_name(context: Context, language: Language, word: str, start: int) -> bool:
    """Whether "St" or "Dr" closes the name of a road: a capital before, and no name after it but a direction."""
    if word not in language.tables.get("name_end", {}) or not named_before(context, start):
        return False
    text, end = context.text, start + len(word)
    if context.before in {"north", "south", "east", "west"} and _NAME_ENDS.match(text, end):
        return False
    follows = _NAME_AFTER.match(text, end)
    if not follows or follows[1] in language.tables.get("direction", {}):
        return True
    if follows[1] in language.listed("street_followers") or (
        text[end : end + 1] == "." and follows[1] in language.listed("sentence_starts")
    ):
        return True
    if _HOUSE_BEFORE.search(text, max(0, start - 40), start) and not _NAME_ENDS.match(text, end):
        return True
    return context.before in _ORDINALS or context.before[:1].isdecimal()


def ends_sentence(language: Language, text: str, end: int) -> bool:
    """Whether the full stop at an offset, after the name of a road, ends a sentence too."""
    follows = _NAME_AFTER.match(text, end)
    return follows is not None and follows[1] not in language.tables.get("direction", {})


def named_before(context: Context, start: int) -> bool:
    """Whether a name may end here: after a capital, or after an ordinal ("5th St.")."""
    numbered = context.before[:1].isdecimal() and context.before.endswith(("st", "nd", "rd", "th"))
    return numbered or context.capital_before(start)
