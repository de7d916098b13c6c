"""Mandarin words to Kokoro's symbols: words by rjieba, pinyin by pypinyin, symbols by the tables here.

Source: the phonemes are those of hexgrad/misaki 0.9 for Kokoro 1.0 (``zh.py`` and ``transcription.py``): broad IPA
of each syllable, an arrow for its tone behind the vowel. Tones are those that are spoken: sandhi is applied, which
misaki leaves to the network.
"""

import importlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from openwaves.errors import EngineError
from openwaves.tts.g2p.chinese_numbers import DIGITS, expand

_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

_INITIALS = {
    "": "", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ",
    "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip

# The tone's arrow stands behind the first element; the second is the coda.
_FINALS = {
    "a": ("a", ""), "ai": ("ai", ""), "an": ("a", "n"), "ang": ("a", "ŋ"), "ao": ("au", ""),
    "e": ("ɤ", ""), "ei": ("ei", ""), "en": ("ə", "n"), "eng": ("ə", "ŋ"), "er": ("ɚ", ""), "ê": ("ɛ", ""),
    "o": ("wo", ""), "ong": ("ʊ", "ŋ"), "ou": ("ou", ""),
    "i": ("i", ""), "ia": ("ja", ""), "ian": ("jɛ", "n"), "iang": ("ja", "ŋ"), "iao": ("jau", ""), "ie": ("je", ""),
    "in": ("i", "n"), "ing": ("i", "ŋ"), "iong": ("jʊ", "ŋ"), "iou": ("jou", ""),
    "u": ("u", ""), "ua": ("wa", ""), "uai": ("wai", ""), "uan": ("wa", "n"), "uang": ("wa", "ŋ"),
    "uei": ("wei", ""), "uen": ("wə", "n"), "ueng": ("wə", "ŋ"), "uo": ("wo", ""),
    "ü": ("y", ""), "üan": ("ɥɛ", "n"), "üe": ("ɥe", ""), "ün": ("y", "n"),
}  # fmt: skip

# Interjections, whose spelling has no initial and final.
_WHOLE = {
    "o": ("ɔ", ""), "yo": ("jɔ", ""), "m": ("m", ""), "n": ("n", ""), "ng": ("ŋ", ""), "hm": ("hm", ""),
    "hng": ("hŋ", ""), "r": ("ɚ", ""),
}  # fmt: skip

_SYLLABIC_I = "ɨ"  # the vowel of zi and zhi
_APICAL = frozenset({"z", "c", "s", "zh", "ch", "sh", "r"})
_UNREAD = "ə"  # a character without any known reading is a murmur, so that something is heard in its place

# Words of one character that pypinyin reads as their rarer homograph.
_ALONE = {"地": "de5", "得": "de5", "长": "chang2", "啊": "a5", "谁": "shei2", "嗯": "en5", "欸": "ei1"}

# Everyday words whose last syllable has no tone, which pypinyin writes with one.
_NEUTRAL_WORDS = (
    "爸爸 妈妈 哥哥 姐姐 弟弟 妹妹 爷爷 奶奶 叔叔 姑姑 舅舅 太太 星星 谢谢 先生 朋友 认识 告诉 东西 地方 衣服 "
    "漂亮 便宜 明白 清楚 休息 事情 消息 关系 护士 大夫 丈夫 师傅 早上 晚上 头发 眼睛 耳朵 鼻子 嘴巴 名字 意思 "
    "舒服 麻烦 商量 打算 打听 喜欢 觉得 窗户 钥匙 月亮 故事 热闹 聪明 干净 力气 客气 暖和 葡萄 豆腐 萝卜 生意 "
    "时候 我们 咱们 收拾 味道 骆驼 玻璃 胳膊 脑袋"
)
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())

_ORDINAL_BEFORE = frozenset("第初" + DIGITS + "十百千万亿期周")
_ORDINAL_AFTER = frozenset(DIGITS + "十月日号")


@dataclass(slots=True)
class _Syllable:
    """One spoken character.

    Attributes:
        character: As written, digits as Chinese numerals.
        pinyin: Without tone; "" if there is no reading.
        tone: 1 to 5.
    """

    character: str
    pinyin: str
    tone: str


def phonemize(text: str) -> list[tuple[str, int, int]]:
    """Phonemes of each word of a Chinese text. Thread-safe.

    Args:
        text: Han characters, digits and punctuation; spaces are allowed, letters of other scripts are not read.

    Returns:
        For each word its symbols, without punctuation, and the offsets of its first and past its last character.

    Raises:
        EngineError: rjieba or pypinyin is not installed.
    """
    groups: list[tuple[str, int, int]] = []
    for clause in _clauses(expand(_plain(text))):
        spoken = "".join(character for character, _, _ in clause)
        words = _words(spoken)
        _sandhi(words)
        position = 0
        for word in words:
            part = clause[position : position + len(word)]
            position += len(word)
            groups.append(("".join(map(_symbols, word)), part[0][1], part[-1][2]))
    return groups


def _plain(text: str) -> str:
    """Compatibility forms of single characters replaced by the usual ones; every offset stays."""
    return "".join(_usual(character) for character in text)


@lru_cache(maxsize=4096)
def _usual(character: str) -> str:
    usual = unicodedata.normalize("NFKC", character)
    return usual if len(usual) == 1 else character


def _clauses(text: list[tuple[str, int, int]]) -> Iterator[list[tuple[str, int, int]]]:
    """Runs of Han characters, each character with its offsets in the input."""
    clause: list[tuple[str, int, int]] = []
    for item in text:
        if _is_han(item[0]):
            # the sign that repeats a character
            clause.append((clause[-1][0], *item[1:]) if item[0] == "々" and clause else item)
        elif unicodedata.category(item[0])[0] != "M" and clause:
            yield clause
            clause = []
    if clause:
        yield clause


def _is_han(character: str) -> bool:
    return character in "々〇" or (character.isalpha() and unicodedata.name(character, "").startswith("CJK "))


def _words(spoken: str) -> list[list[_Syllable]]:
    """The words of a clause, and the pinyin of their characters as the dictionaries have it."""
    cut, pinyin = _libraries()
    found = []
    for word in cut(spoken):
        readings = [_ALONE[word]] if word in _ALONE else pinyin(word)
        syllables = [
            _Syllable(sign, reading[:-1], reading[-1:] or "5") for sign, reading in zip(word, readings, strict=True)
        ]
        if word in _NEUTRAL:
            syllables[-1].tone = "5"
        found.append(syllables)
    return found


def _sandhi(words: list[list[_Syllable]]) -> None:
    """Change tones by their neighbours': 一 and 不 first, then the third tones."""
    clause = [syllable for word in words for syllable in word]
    last_of_long_word = {id(word[-1]) for word in words if len(word) > 1}
    for number, syllable in enumerate(clause[:-1]):
        if (syllable.character, syllable.tone) in {("一", "1"), ("不", "4")}:
            before = clause[number - 1] if number else None
            following = clause[number + 1]
            if before and before.character == following.character:
                syllable.tone = "5"  # 看一看, 好不好
            elif syllable.character == "不":
                syllable.tone = "2" if following.tone == "4" else "4"
            elif not _is_ordinal(before, following) and id(syllable) not in last_of_long_word:
                syllable.tone = "2" if following.tone == "4" or following.character == "个" else "4"
    for word in words:
        for syllable, following in pairwise(word):
            if syllable.tone == following.tone == "3":
                syllable.tone = "2"
    for word, next_word in reversed(list(pairwise(words))):
        if len(word) == 1 and word[0].tone == next_word[0].tone == "3":
            word[0].tone = "2"


def _is_ordinal(before: _Syllable | None, following: _Syllable) -> bool:
    """Whether 一 between these is a digit or an ordinal, which keeps its tone."""
    return (before is not None and before.character in _ORDINAL_BEFORE) or following.character in _ORDINAL_AFTER


def _symbols(syllable: _Syllable) -> str:
    return _spelling(syllable.pinyin, syllable.tone)


@lru_cache(maxsize=4096)
def _spelling(pinyin: str, tone: str) -> str:
    """Symbols of one syllable; a murmur if the spelling is unknown."""
    nucleus, coda = _UNREAD, ""
    initial = ""
    if pinyin in _WHOLE:
        nucleus, coda = _WHOLE[pinyin]
    elif pinyin:
        split = importlib.import_module("pypinyin.contrib.tone_convert")
        initial = split.to_initials(pinyin, strict=True)
        final = split.to_finals(pinyin, strict=True, v_to_u=True)
        if initial in _APICAL and final == "i":
            nucleus = _SYLLABIC_I
        elif final in _FINALS:
            nucleus, coda = _FINALS[final]
    return _INITIALS.get(initial, "") + nucleus + _TONES.get(tone, "") + coda


@cache
def _libraries() -> tuple[Callable[[str], list[str]], Callable[[str], list[str]]]:
    """The cutter of words, and the reader of one word, which gives "" for an unknown character."""
    try:
        rjieba: Any = importlib.import_module("rjieba")
        pypinyin: Any = importlib.import_module("pypinyin")
    except ImportError as error:
        raise EngineError(f"Chinese needs the packages rjieba and pypinyin: {error}") from error

    def read(word: str) -> list[str]:
        readings: list[str] = pypinyin.lazy_pinyin(
            word,
            style=pypinyin.Style.TONE3,
            neutral_tone_with_five=True,
            errors=lambda unknown: [""] * len(unknown),
        )
        return readings

    return rjieba.cut, read
