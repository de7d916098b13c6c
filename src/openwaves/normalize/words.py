"""Tokens that begin with a letter."""

import re
from functools import cache

from openwaves.keeping import kept_by_word
from openwaves.normalize import codes, registry
from openwaves.normalize.context import LETTER, Context
from openwaves.normalize.language import Language
from openwaves.normalize.letters import initialism, roman, roman_in_place, spelled
from openwaves.normalize.web import read_web

_JOINED = re.compile(rf"{LETTER}+(?:['’ʼ‑-]{LETTER}+)*['’]?")
_MIXED = re.compile(rf"(?:{LETTER}+|\d+(?:\.\d+(?!\.\d))?)(?:[-‑]?(?:{LETTER}+|\d+(?:\.\d+)?(?!\.\d)))*")
_ROAD = re.compile(r"(?:US|I|SR)-\d{3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MASKED = re.compile(r"[Xx]{2,12}-?\d{3,}")
_MIXED_PART = re.compile(rf"{LETTER}+|\d+(?:\.\d+)?")
_DOTTED = re.compile(
    rf"(?:{LETTER}\.){{2,8}}(?:[A-Z](?![\w.]))?|(?:[A-Z]\.[ ]?){{1,8}}(?<=\.)(?=[ ]?[A-ZÀ-ÖØ-ÞĄ-ŽА-ЯЁ])"
)
_DOTTED_NAMES = re.compile(rf"(?:{LETTER}{{1,4}}\.){{2,8}}")
_AMPERSAND = re.compile(r"([A-Z]{1,3})&([A-Z]{1,3})(?![\w&])")
_NUMBER_AHEAD = re.compile(r"\.?[ \t\u00a0-]?#?(?:\d|(?!I\b)[IVXLC]{1,7}\b)")
_CAPITAL_AHEAD = re.compile(r"\.?[ \t\u00a0]{0,2}(?:(?:&|and) )?[A-ZÀ-ÖØ-ÞĄ-ŽА-ЯЁ\u0900-\u0d7f]")
_STOP_AND_WORD = re.compile(rf"\.[ \t\u00a0]{{1,2}}{LETTER}")
_NAMES = re.compile(rf"({LETTER}{{3,12}})(?:\.?([-–]| & )({LETTER}{{3,12}}))?(?!{LETTER})")
_DATE_AHEAD = re.compile(r"\.?,?[ \u00a0](?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)")
_FIRST = re.compile(rf"{LETTER}+")
_ROMAN_ORDINAL = re.compile(r"((?![LC](?![IVXLC]))[IVXLC]{1,7})([a-zèᵉ]{1,3})")  # not the words "Le" and "Ce"
_BY = re.compile(r" \d")
_MEASURE = re.compile(rf"\d ?{LETTER}{{1,12}} \Z")
_DIRECTED = re.compile(r"(?:\d[°′″'’\"”] ?|(?<!\w)(?:I|US|SR|Hwy|Highway|Route|Rte|Interstate)[ -]\d{1,3} )\Z")
_GENERATION = re.compile(r" (?:[A-Z]|Alpha|Beta)(?![\w.])")
_POSTAL_CODE_AHEAD = re.compile(r" \d{5}(?![\d,.]\d|\d)")
_PLAIN_AHEAD = frozenset({"", " ", ",", ";", "?", "!", "\n", "।"})
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6})+(?![\w])")


@cache
def _keys(code: str) -> dict[str, tuple[str, ...]]:
    """First word of an abbreviation to all abbreviations that begin with it, the longest first."""
    keys: dict[str, list[str]] = {}
    for key in registry.language(code).abbreviations:
        first = _FIRST.match(key)
        if first:
            keys.setdefault(first.group(), []).append(key)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in keys.items()}


@kept_by_word
def _is_listed(word: str, base: str, latin: str) -> bool:
    """Whether some table has a word, so that what stands around it may change how it is said."""
    for language in {registry.language(base), registry.language(latin)}:
        named = word in language.before_number or word in language.titles or word in language.tables.get("name_end", {})
        if (
            named
            or word in language.states
            or word in _keys(language.code)
            or word.lower() in language.weekdays | language.months
        ):
            return True
    return False


def read_word(context: Context, match: re.Match[str]) -> int:
    """Say the token that begins with this word.

    Returns:
        The offset past it.
    """
    text, start, end = context.text, match.start(), match.end()
    word = match.group()
    follows = text[end : end + 1]
    language = context.latin if word.isascii() else context.base
    if start and not word.isascii() and context.join_ending(word, start, end):
        context.seen(word)
        return end
    if follows in _PLAIN_AHEAD and not _is_listed(word, context.base.code, context.latin.code):
        return _plain(context, word, start, end)
    done = 0
    if word.lower() in language.weekdays or word.lower() in language.months:
        done = _calendar(context, language, start)
    if done:
        return done
    if follows in ".&/° º#+":
        done = _abbreviation(context, word, start) or (follows == "&" and _ampersand(context, start)) or 0
    elif word in language.abbreviations or word in language.titles or word in language.tables.get("name_end", {}):
        done = _abbreviation(context, word, start)
    if not done and follows and follows in "@._-/:+%":
        done = read_web(context, start) or (follows == "." and _dotted(context, start)) or 0
    if not done and follows and (follows.isdecimal() or (follows in "-‑" and not _apart(context, word))):
        done = _with_digits(context, start)
    if done:
        context.seen(text[start:done].rstrip("."))
        return done
    return _plain(context, word, start, end)


def _calendar(context: Context, language: Language, start: int) -> int:
    """Say two months or days of the week, "Mon-Fri", "Sat & Sun", or a short day of the week before a date."""
    match = _NAMES.match(context.text, start)
    if not match:
        return 0
    for names in (language.weekdays, language.months):
        first, last = names.get(match[1].lower()), names.get((match[3] or "").lower())
        if first and last:
            context.say(first, start, match.end(1), language.code)
            link = language.symbols["and" if "&" in match[2] else "to"]
            context.say(link, match.start(2), match.end(2), language.code)
            context.say(last, match.start(3), match.end(3), language.code)
            context.seen(match[3])
            return match.end(3)
        if first and names is language.weekdays and _DATE_AHEAD.match(context.text, match.end(1)):
            context.say(first, start, match.end(1), language.code)
            context.seen(first)
            return match.end(1) + context.text.startswith(".", match.end(1))
    return 0


def _apart(context: Context, word: str) -> bool:
    """Whether a hyphen parts a word from the number after it: "mid-1990s", "5-Mar-2024"; not "COVID-19"."""
    dated = word.lower() in context.base.months and context.before[:1].isdecimal()
    return dated or (word.islower() and len(word) > 1)


def _plain(context: Context, word: str, start: int, end: int) -> int:
    """A word, with what is joined to it by hyphens and apostrophes."""
    follows = context.text[end : end + 1]
    if follows and follows in "'’ʼ-‑":
        joined = _JOINED.match(context.text, start)
        if joined:
            word, end = joined.group(), joined.end()
            if word[-1] in "'’" and word[-2:-1] not in "sS":
                word, end = word[:-1], end - 1
    language = context.latin if word.isascii() else context.base
    code = language.code
    if word == "x" and _BY.match(context.text, end) and _MEASURE.search(context.text, max(0, start - 16), start):
        words, code = context.num.symbols["by"], context.num.code
    elif (direction := language.tables.get("direction", {}).get(word)) and _DIRECTED.search(
        context.text, max(0, start - 20), start
    ):
        (words,) = direction
    elif word[0].isupper():
        words, code = _capitals(context, word, start, language)
    elif not context.base.latin and word.isascii():
        words = word
    else:
        words = word
        code = context.base.code
    if any(map(str.isalnum, word)):
        context.say(words, start, end, code)
    context.seen(word)
    return end


def _capitals(context: Context, word: str, start: int, language: Language) -> tuple[str, str]:
    """Spoken form and language of a word that begins with a capital letter."""
    suffixed = _ROMAN_ORDINAL.fullmatch(word) if context.base.roman_suffixes else None
    if suffixed and suffixed[2] in context.base.roman_suffixes and (value := roman(suffixed[1])):
        base = context.base
        return base.ordinal(value, base.ordinal_forms[suffixed[2]], suffixed[2]), base.code
    if word.isupper() and word.isascii() and len(word) <= 7:
        words, code = _numeral(context, word, start)
        if words:
            return words, code
    if "-" in word:
        parts = word.split("-")
        read = [initialism(part, language, context.shouting) or part for part in parts]
        return ("-" if read == parts else " ").join(read), language.code
    if month := _month(context, word, start + len(word)):
        return month
    if word in language.article_initialisms and (context.before == "the" or not context.base.latin):
        return spelled(word), language.code
    return initialism(word, language, context.shouting) or word, language.code


def _numeral(context: Context, word: str, start: int) -> tuple[str, str]:
    """Words and language of a Roman numeral; "" if the word is none here."""
    base, num = context.base, context.num
    value = roman_in_place(word, context.before, _capital_before(context, start), base)
    single = word in base.said_words
    if not value and not single and context.before in base.joining_words and roman(context.before_that.upper()):
        value = roman(word)
    after = context.word_after(start + len(word)) if base.roman_followers else ""
    led = context.before in base.roman_words or context.before in base.rulers
    if after in base.roman_followers and not led and (counted := roman(word)):
        return base.roman_ordinal(counted, context.before, after), base.code
    if (
        single
        and word == "I"
        and context.before in base.rulers
        and base.is_first(context.before_that, context.word_after(start + 1))
    ):
        return base.ruler(1, context.before), base.code
    if value and context.before in base.rulers:
        return base.ruler(value, context.before), base.code
    if value:
        return num.cardinal(value), num.code
    return "", base.code


def _month(context: Context, word: str, end: int) -> tuple[str, str] | None:
    """Name and language of a month beside a number: short ones in full, English ones as ``base`` names them."""
    base = context.base
    name = base.months.get(word.lower()) or context.latin.months.get(word.lower())
    if not name or name.lower() == word.lower() or (base.latin and len(word) > 4):
        return None
    beside = _NUMBER_AHEAD.match(context.text, end) or context.before[:1].isdecimal()
    return (name, base.code if word.lower() in base.months else context.latin.code) if beside else None


def _abbreviation(context: Context, word: str, start: int) -> int:
    """Say an abbreviation of the table; the longest that stands here."""
    for language in dict.fromkeys((context.base, context.latin)):
        done = _title(context, language, word, start) or _listed(context, language, word, start)
        if done:
            return done
    return 0


def _title(context: Context, language: Language, word: str, start: int) -> int:
    """Abbreviations that depend on what follows: a number, a postal code, a name, or the end of a name."""
    text, end = context.text, start + len(word)
    if word in language.before_number and _NUMBER_AHEAD.match(text, end):
        spoken = language.before_number[word]
    elif word in language.states and _POSTAL_CODE_AHEAD.match(text, end) and _is_state(language, text, word, start):
        spoken = language.states[word]
    elif (len(word) == 1 and text[end : end + 2] != ". ") or (word == "Gen" and _GENERATION.match(text, end)):
        return 0
    elif word in language.titles and _stands_before_name(context, language, word, start):
        spoken = language.titles[word]
    elif word in language.tables.get("name_end", {}) and context.before and _named_before(context, start):
        spoken = language.tables["name_end"][word][0]
        if text[end : end + 1] == "." and _closes(text, end + 1):
            context.say(spoken, start, end, language.code)
            return end
    else:
        return 0
    end += text[end : end + 1] == "."
    context.say(spoken, start, end, language.code)
    return end


def _is_state(language: Language, text: str, word: str, start: int) -> bool:
    """Whether a state before a postal code is no word of every day, such as "OR", or follows a comma."""
    return word not in language.said_words or text[max(0, start - 2) : start] == ", "


def _stands_before_name(context: Context, language: Language, word: str, start: int) -> bool:
    """Whether a capital follows, or a word after the full stop of what is never the end of a name."""
    text, end = context.text, start + len(word)
    if word not in language.tables.get("name_end", {}) and _STOP_AND_WORD.match(text, end):
        return True
    return bool(_CAPITAL_AHEAD.match(text, end)) and not _ends_name(context, language, word, start)


def _ends_name(context: Context, language: Language, word: str, start: int) -> bool:
    """Whether "St" or "Dr" closes the name of a road: a capital before, and the line or a sentence ends after it."""
    if word not in language.tables.get("name_end", {}) or not _named_before(context, start):
        return False
    return not re.match(r"\.?[ \t]+[A-Z]", context.text[start + len(word) : start + len(word) + 4]) or (
        context.before.endswith(("th", "nd", "rd"))
    )


def _named_before(context: Context, start: int) -> bool:
    """Whether a name may end here: after a capital, or after an ordinal ("5th St.")."""
    numbered = context.before[:1].isdecimal() and context.before.endswith(("st", "nd", "rd", "th"))
    return numbered or _capital_before(context, start)


def _capital_before(context: Context, start: int) -> bool:
    return context.text[max(0, start - len(context.before) - 1) : start][:1].isupper()


def _listed(context: Context, language: Language, word: str, start: int) -> int:
    text = context.text
    for key in _keys(language.code).get(word, ()):
        end = start + len(key)
        if not text.startswith(key, start):
            continue
        after = text[end : end + 1]
        if key[-1] not in "./" and after and re.match(LETTER, after):
            continue
        spoken = language.abbreviation(key, context.before, context.before_that)
        if key[-1] == "." and _closes(text, end):
            end -= 1
        context.say(spoken, start, end, language.code)
        return end
    return 0


def _closes(text: str, end: int) -> bool:
    """Whether the full stop before an offset also ends the sentence."""
    return not text[end:].strip() if len(text) - end < 3 else False


def _ampersand(context: Context, start: int) -> int:
    match = _AMPERSAND.match(context.text, start)
    if not match:
        return 0
    words = f"{spelled(match[1])} {context.base.symbols['and']} {spelled(match[2])}"
    context.say(words, start, match.end(), context.base.code)
    return match.end()


def _dotted(context: Context, start: int) -> int:
    """Initialisms, "U.S.A.", and the initials of names: "J. K. Rowling"."""
    match = _DOTTED.match(context.text, start)
    if not match:
        return _dotted_names(context, start)
    letters = match.group().replace(".", "").replace(" ", "")
    code = context.latin.code if letters.isascii() else context.base.code
    end = match.end()
    if len(letters) > 1 and match.group()[-1] == "." and _closes(context.text, end):
        end -= 1
    context.say(spelled(letters), start, end, code)
    return end


def _dotted_names(context: Context, start: int) -> int:
    """Names of letters in a script without capitals: "एम.ए."."""
    match = _DOTTED_NAMES.match(context.text, start)
    if not match or match.group().isascii():
        return 0
    end = match.end() - _closes(context.text, match.end())
    context.say(" ".join(match.group().split(".")).strip(), start, end, context.base.code)
    return end


def _with_digits(context: Context, start: int) -> int:
    """As in "MP3", "COVID-19", "B2B", "v1.2"; 0 if no digit belongs to the word."""
    text = context.text
    if text[start] in "vV" and (version := _VERSION.match(text, start + 1)):
        name = context.base.symbols.get("release", "v")
        context.say(name, start, start + 1, context.base.code)
        parts = map(context.num.whole, version.group().split("."))
        context.say(f" {context.num.symbols['version']} ".join(parts), start + 1, version.end(), context.num.code)
        return version.end()
    return read_mixed(context, start)


def read_mixed(context: Context, start: int) -> int:
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
