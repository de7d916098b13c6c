import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from openwaves.errors import EngineError
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p import chinese
from openwaves.tts.g2p.chinese import phonemize
from openwaves.tts.g2p.chinese_numbers import cardinal, expand
from openwaves.tts.voices.previews import PREVIEW_TEXTS

LETTERS = SYMBOLS.keys() - set(' ;:,.!?—…"()“”')
WORDS = {
    "北京": "pei↓ʨi→ŋ",
    "中国": "ꭧʊ→ŋkwo↗",
    "朋友": "pʰə↗ŋjou",
    "银行": "i↗nxa↗ŋ",
    "重庆": "ꭧʰʊ↗ŋʨʰi↘ŋ",
    "女儿": "ny↓ɚ↗",
    "知道": "ꭧɨ→tau↘",
    "自己": "ʦɨ↘ʨi↓",
    "泉水": "ʨʰɥɛ↗nʂwei↓",
    "日月": "ɻɨ↘ɥe↘",
    "温柔": "wə→nɻou↗",
    "熊猫": "ɕjʊ↗ŋmau→",
    "臺灣": "tʰai↗wa→n",
}


def spoken(text: str) -> str:
    return " ".join(group for group, _, _ in phonemize(text))


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_spoken_as_the_network_was_trained(word: str) -> None:
    assert spoken(word).replace(" ", "") == WORDS[word]


def test_the_preview_is_spoken_word_by_word() -> None:
    text = PREVIEW_TEXTS["zh"]
    groups = phonemize(text)
    assert "".join(text[start:end] for _, start, end in groups) == "".join(filter(str.isalpha, text))
    assert groups[:3] == [("ni↗xau↓", 0, 2), ("ꭧɤ↘", 3, 4), ("ʨjou↘ʂɨ↘", 4, 6)]
    assert not set("".join(group for group, _, _ in groups)) - LETTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好", "ni↗xau↓"),
        ("我很好", "wo↓xə↗nxau↓"),
        ("展览馆", "ꭧa↗nla↗nkwa↓n"),
        ("一个", "i↗kɤ↘"),
        ("一起", "i↘ʨʰi↓"),
        ("一定", "i↗ti↘ŋ"),
        ("第一", "ti↘i→"),
        ("统一的", "tʰʊ↓ŋi→tɤ"),
        ("不是", "pu↗ʂɨ↘"),
        ("不好", "pu↘xau↓"),
        ("看一看", "kʰa↘nikʰa↘n"),
        ("好不好", "xau↓puxau↓"),
    ],
)
def test_tones_change_with_their_neighbours(text: str, expected: str) -> None:
    assert spoken(text).replace(" ", "") == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "零"),
        (10, "十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (2000, "两千"),
        (10_010, "一万零一十"),
        (20_002, "两万零二"),
        (100_010_000, "一亿零一万"),
        (10**12, "一万亿"),
        (1_234_567_890_123, "一万两千三百四十五亿六千七百八十九万零一百二十三"),
    ],
)
def test_cardinals(number: int, expected: str) -> None:
    assert cardinal(number) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年3月15日", "二零二四年三月十五日"),
        ("2个人", "两个人"),
        ("2月", "二月"),
        ("50%", "百分之五十"),
        ("3.14", "三点一四"),
        ("1,234元", "一千二百三十四元"),
        ("-5℃", "负五摄氏度"),
        ("10:30", "十点三十分"),
        ("02:05", "两点零五分"),
        ("13812345678", "一三八一二三四五六七八"),
        ("9" * 17, "九" * 17),
        ("3~5天", "三到五天"),
    ],
)
def test_numbers_are_read(text: str, expected: str) -> None:
    assert "".join(character for character, _, _ in expand(text)) == expected


def test_a_number_keeps_its_place_in_the_text() -> None:
    groups = phonemize("共1,250元。")
    assert (groups[0][1], groups[-1][2]) == (0, 7)
    assert {start for _, start, _ in groups} <= {0, 1, 6}
    assert phonemize("１２") == phonemize("12")


def test_rare_characters_are_heard() -> None:
    assert spoken("龘") == "ta↗"
    assert spoken("人々").replace(" ", "") == spoken("人人").replace(" ", "")
    assert spoken("\U0003134a") == "ə"  # without any reading


@pytest.mark.parametrize("text", ["", " ", "。！？…", "\ufe0f", "😀"])
def test_signs_are_not_spoken(text: str) -> None:
    assert phonemize(text) == []


def test_any_han_text_becomes_symbols() -> None:
    dice = random.Random(1)
    for _ in range(300):
        text = "".join(chr(dice.randrange(0x4E00, 0xA000)) for _ in range(20)) + dice.choice("，。0%1：5")
        groups = phonemize(text)
        assert {place for _, start, end in groups for place in range(start, end)} >= set(range(20))
        assert all(group and not set(group) - LETTERS for group, _, _ in groups)
        assert [start for _, start, _ in groups] == sorted(start for _, start, _ in groups)


def test_threads_read_the_same() -> None:
    texts = [PREVIEW_TEXTS["zh"], "今天天气非常好。", "2024年3月15日"] * 20
    expected = [phonemize(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(phonemize, texts)) == expected


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    chinese._libraries.cache_clear()
    with pytest.raises(EngineError, match="rjieba"):
        phonemize("你好")
    monkeypatch.undo()
    assert phonemize("你好")
