"""Japanese words to Kokoro's symbols: readings by OpenJTalk with the dictionary of pyopenjtalk-plus."""

import importlib
import importlib.util
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict

from openwaves.errors import EngineError
from openwaves.tts.g2p import chinese, kana

_MOST_CHARACTERS = 400  # of one request, so that no caller holds the analyser for long
_BREAK = re.compile(r"[。！？!?\n、，,；;]")
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万億兆．.・０１２３４５６７８９0123456789")
_NUMBER = re.compile(r"\d+(?:[,，.．]\d+)*(?:[千百十万億兆]+\d*)*")
_MOST_DIGITS = 16  # of a number that OpenJTalk reads whole; a longer one is read digit by digit
_DIGIT_NAMES = "ゼロ イチ ニー サン ヨン ゴー ロク ナナ ハチ キュー"
_DIGITS = dict(zip("0123456789", _DIGIT_NAMES.split(), strict=True))
_READ_OTHERWISE = re.compile(
    r"(?<![\d:])(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?![\d:])"
    r"|(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?![\d:])"
    r"|(?<![\d.:-])(?P<home>\d{1,3})(?P<sign>[-−–:])(?P<away>\d{1,3})(?![\d.:-])"
    rf"|(?P<minus>(?<![\w)])[-−](?=\d))|(?P<long>\d{{{_MOST_DIGITS + 1},}})",
    re.ASCII,
)
_LASTS = re.compile(
    r"(?:残り(?:時間)?|再生時間|経過(?:時間)?|所要時間|通話時間|収録時間|長さ|タイマー|カウントダウン|タイム)[^。！？\n\d]{0,6}\Z"
)
"""Words before minutes and seconds that are no time of day."""
_LASTS_AFTER = re.compile(r"[^。！？\n\d]{0,2}(?:経過|残って|残り)")
_NEAR = 16  # characters before it in which such a word may stand
_MOST_GOALS = 30  # of the winners; greater numbers are a range
_COUNTERS = frozenset("日月年円個人回本週分秒時歳台枚件名度%％")
_SAY = {"言う", "いう", "云う", "謂う"}
_HYPHENS = dict.fromkeys("−‐‑–－", "-")
_WINDOW = 8  # characters that may be skipped between two words: signs
_HIRAGANA = re.compile("[ぁ-んー]+")
_LONG_I = re.compile("(?<=[イキギシジチニヒビピミリ])イ$")
_ARROWS = str.maketrans("", "", "→↗↓↘")


class _Feature(TypedDict):
    """What is used of a word of OpenJTalk."""

    string: str
    pos: str
    pos_group1: str
    pron: str
    chain_flag: int


def is_installed() -> bool:
    """Whether the analyser is there; it comes with ``openwaves[japanese]``."""
    return importlib.util.find_spec("pyopenjtalk") is not None


@dataclass(slots=True)
class _Word:
    """A spoken word.

    Attributes:
        symbols: Without spaces, not empty.
        start: Offset of its first character in the analysed text.
        end: Offset past its last.
        feature: The analyser's word, or the last of several.
    """

    symbols: str
    start: int
    end: int
    feature: _Feature


def phonemize(text: str) -> list[tuple[str, int, int]]:
    """Phonemes of each word of a Japanese text. Thread-safe.

    Args:
        text: Kana, Han characters, digits and punctuation.

    Returns:
        For each word its symbols, without punctuation, and the offsets of its first and past its last character.
        Endings stay with their verb's stem if they are assimilated to it; words of one number share its offsets.

    Raises:
        EngineError: pyopenjtalk-plus is not installed, or it failed.
    """
    plain, origins = _with_readable_numbers(*_plain(text))
    groups: list[tuple[str, int, int]] = []
    for start, end in _pieces(plain):
        for word in _joined(_words(plain[start:end])):
            first, past = start + word.start, start + word.end
            groups.append((word.symbols, origins[first][0], origins[past - 1][1]))
    return groups


def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with usual forms of its characters, and each one's offsets in the text."""
    plain = ""
    origins: list[tuple[int, int]] = []
    for match in re.finditer(r"[ｦ-ﾝ][ﾞﾟ]|[か-とは-ほカ-トハ-ホウう][\u3099\u309a]|.", text, re.DOTALL):
        usual = match.group()
        if _is_compatible(usual[0]):
            usual = unicodedata.normalize("NFKC", usual)
        elif len(usual) > 1:
            usual = unicodedata.normalize("NFC", usual)
        elif not usual.isprintable():
            usual = " "
        plain += usual
        origins += [match.span()] * len(usual)
    return plain, origins


def _with_readable_numbers(text: str, origins: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Write times, negative numbers and very long ones as OpenJTalk reads them."""
    plain = ""
    moved: list[tuple[int, int]] = []
    place = 0
    for match in _READ_OTHERWISE.finditer(text):
        if match["hours"]:
            said = _clock(match, "hours", "minutes", "seconds")
        elif match["minus"]:
            said = "マイナス"
        elif match["home"]:
            said = _pair(match, text[match.end() : match.end() + 1])
        elif match["long"]:
            said = "".join(_DIGITS[digit] for digit in match["long"])
        else:
            said = _clock(match, "hour", "minute")
        whole = (origins[match.start()][0], origins[match.end() - 1][1])
        plain += text[place : match.start()] + said
        moved += origins[place : match.start()] + [whole] * len(said)
        place = match.end()
    return plain + text[place:], moved + origins[place:]


def _clock(match: re.Match[str], *parts: str) -> str:
    """A time of day, or how long something lasts: the word before tells."""
    text, numbers = match.string, [int(match[part]) for part in parts]
    lasts = _LASTS.search(text, max(0, match.start() - _NEAR), match.start()) or _LASTS_AFTER.match(text, match.end())
    units = ("時間", "分", "秒")[-len(parts) :] if lasts else ("時", "分", "秒")[: len(parts)]
    said = [f"{number}{unit}" for number, unit in zip(numbers, units, strict=True) if number or unit == "時"]
    return "".join(said) or f"0{units[-1]}"


def _pair(match: re.Match[str], following: str) -> str:
    """A result, "4-0", a ratio, "2:1", or a range, "3-5日"."""
    home, away = match["home"], match["away"]
    if any(len(part) > 1 and part[0] == "0" for part in (home, away)):
        return match.group()
    result = (
        match["sign"] == ":" or home == "0" or (int(away) <= int(home) < _MOST_GOALS and following not in _COUNTERS)
    )
    return f"{home}{'タイ' if result else 'から'}{away}"


def _is_compatible(character: str) -> bool:
    """Whether it is a form of other characters: circled, squared, half or full width."""
    return "\u3200" <= character <= "\u33ff" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uffef"


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Cut a long text, behind punctuation where there is some."""
    start = 0
    while len(text) - start > _MOST_CHARACTERS:
        end = start + _MOST_CHARACTERS
        breaks = [match.end() for match in _BREAK.finditer(text, start, end)]
        end = breaks[-1] if breaks else end
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _words(text: str) -> list[_Word]:
    features = _frontend()(text)
    spans = _spans([feature["string"] for feature in features], text)
    words = []
    for feature, (start, end) in zip(features, spans, strict=True):
        symbols = kana.to_symbols(_pronunciation(feature)) or _unread(feature["string"])
        if symbols and start < end:
            words.append(_Word(symbols, start, end, feature))
    return words


def _pronunciation(feature: _Feature) -> str:
    """Katakana; long vowels that OpenJTalk writes as two as the network was trained with them."""
    pron = feature["pron"].replace("’", "")
    if feature["string"] in _SAY:
        return "ユー"
    return _LONG_I.sub("ー", pron) if feature["pos"] == "形容詞" or pron == "イイ" else pron


def _unread(word: str) -> str:
    """Symbols of a word without a reading: character by character, or as Chinese reads them; "" for signs."""
    symbols = ""
    for character in word:
        if not character.isalpha():
            continue
        features = _frontend()(character) if len(word) > 1 else []
        read = "".join(kana.to_symbols(feature["pron"]) for feature in features)
        read = read or "".join(group for group, _, _ in chinese.phonemize(character))
        symbols += read.translate(_ARROWS)
    return symbols


def _spans(words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where each word stands in the text, in order; digits may have become numerals, and rare forms usual ones."""
    numbers = {match.start(): match.end() for match in _NUMBER.finditer(text)}
    folded = [_fold(character) for character in text]
    spans = []
    place = 0
    number: tuple[int, int] | None = None
    for word in words:
        letters = [_fold(letter) for letter in word]
        if number is None:
            place = _found(folded, letters, place, numbers)
        rest = [letter for letter in letters if letter not in _NUMERALS]
        if number and len(rest) == len(letters):  # the number is over
            place = _found(folded, letters, number[1], numbers)
            number = None
        literal = folded[place : place + len(letters)] == letters
        if number is None and not literal and place in numbers and len(rest) < len(letters):
            number = (place, numbers[place])
        if number is None:
            end = min(place + len(letters), len(text))
            spans.append((place, end))
            place = end
            continue
        end = number[1]
        if rest and folded[end : end + len(rest)] == rest:
            spans.append((number[0], end + len(rest)))
            place, number = end + len(rest), None
        else:
            spans.append(number)
    return spans


def _fold(character: str) -> str:
    """The form in which the text and the analyser's words are compared."""
    return _HYPHENS.get(character, unicodedata.normalize("NFKC", character))


def _found(text: list[str], word: list[str], place: int, numbers: dict[int, int]) -> int:
    """The next place of a word within a few characters; else the next number or letter from ``place`` on."""
    nearby = range(place, min(place + _WINDOW, len(text)))
    for start in nearby:
        if start in numbers and word[0] in _NUMERALS:
            return start
        if text[start : start + len(word)] == word:
            return start
    return next((start for start in nearby if text[start].isalnum()), place)


def _joined(words: list[_Word]) -> list[_Word]:
    """Join what is spoken without a gap."""
    joined: list[_Word] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and _sticks(last, word):
            joined[-1] = _Word(last.symbols + word.symbols, last.start, max(last.end, word.end), word.feature)
        else:
            joined.append(word)
    return joined


def _sticks(last: _Word, word: _Word) -> bool:
    if last.start == word.start and word.feature["chain_flag"] == 1:
        return True  # a digit and its unit
    if last.end != word.start:
        return False
    if last.symbols.endswith("ʔ") or word.symbols.startswith("ʔ"):
        return True  # 行っ|た
    ending = word.feature["pos"] == "助動詞" or word.feature["pos_group1"] == "接続助詞"
    stem = last.feature["pos"] in {"動詞", "助動詞"} and bool(_HIRAGANA.fullmatch(last.feature["string"]))
    return ending and stem  # まし|た


@cache
def _frontend() -> Callable[[str], list[_Feature]]:
    """The analyser, for one caller at a time."""
    try:
        library: Any = importlib.import_module("pyopenjtalk")
    except ImportError as error:
        raise EngineError(f"Japanese needs the package pyopenjtalk-plus: {error}") from error
    lock = threading.Lock()

    def read(text: str) -> list[_Feature]:
        try:
            with lock:
                features: list[_Feature] = library.run_frontend(text)
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(f"OpenJTalk failed: {error}") from error
        return features

    return read
