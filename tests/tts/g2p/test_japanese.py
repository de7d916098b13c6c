import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from openwaves.errors import EngineError
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p import japanese
from openwaves.tts.g2p.japanese import phonemize
from openwaves.tts.g2p.kana import to_symbols
from openwaves.tts.voices.previews import PREVIEW_TEXTS

LETTERS = SYMBOLS.keys() - set(' ;:,.!?—…"()“”')
WORDS = {
    "東京": "toːkʲoː",
    "日本": "ɲihoɴ",
    "学校": "ɡaʔkoː",
    "先生": "seɴseː",
    "散歩": "sampo",
    "銀行": "ɡʲiŋkoː",
    "友達": "tomodaʨi",
    "図書館": "toɕokaɴ",
    "飛行機": "çikoːkʲi",
    "家族": "kaʣokɯ",
    "電車": "deɴɕa",
    "コーヒー": "koːçiː",
    "ファイル": "ɸaiɾɯ",
    "パーティー": "paːtʲiː",
}


def spoken(text: str) -> str:
    return " ".join(group for group, _, _ in phonemize(text))


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_spoken_as_the_network_was_trained(word: str) -> None:
    assert spoken(word) == WORDS[word]


def test_the_preview_is_spoken_word_by_word() -> None:
    text = PREVIEW_TEXTS["ja"]
    groups = phonemize(text)
    assert "".join(text[start:end] for _, start, end in groups) == "".join(filter(str.isalpha, text))
    assert groups[:5] == [("koɲɲiʨiβa", 0, 5), ("βataɕi", 6, 9), ("no", 9, 10), ("koe", 10, 12), ("βa", 12, 13)]
    assert not set("".join(group for group, _, _ in groups)) - LETTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("私は学校へ行きました。", "βataɕi βa ɡaʔkoː e ikʲi maɕita"),
        ("本を買った", "hoɴ o kaʔta"),
        ("言う", "jɯː"),
        ("天気がいい。", "teŋkʲi ɡa iː"),
        ("美しい", "ɯʦɨkɯɕiː"),
        ("思う", "omoɯ"),
    ],
)
def test_particles_endings_and_long_vowels(text: str, expected: str) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3本", "saɴboɴ"),
        ("20日", "haʦɨka"),
        ("1,234円", "seɴɲiçakɯsaɴʥɨːjoeɴ"),
        ("10:30", "ʥɨːʥisaɴʥɨʔpɯɴ"),
        ("-5度", "mainasɨɡodo"),
        ("3.5%", "saɴteɴɡopaːsento"),
        ("１２", "ʥɨːɲi"),
        ("9" * 17, "kʲɨː" * 17),
    ],
)
def test_numbers_are_read(text: str, expected: str) -> None:
    assert spoken(text).replace(" ", "") == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024年3月15日", {"2024", "年", "3月", "15", "日"}),
        ("番号は03-1234です", {"番号", "は", "0", "3", "1234", "です"}),
        ("ﾊﾟｿｺﾝと㍿", {"ﾊﾟｿｺﾝ", "と", "㍿"}),
        ("8月 1日、犬が２匹。", {"8月", "1日", "犬", "が", "２", "匹"}),
        ("髙島屋と渡邊さん", {"髙島", "屋", "と", "渡邊", "さん"}),
    ],
)
def test_a_word_keeps_its_place_in_the_text(text: str, words: set[str]) -> None:
    assert {text[start:end] for _, start, end in phonemize(text)} == words


@pytest.mark.parametrize(
    ("kana", "symbols"),
    [
        ("シンブン", "ɕimbɯɴ"),
        ("コンニャク", "koɲɲakɯ"),
        ("キャンセル", "kʲaɴseɾɯ"),
        ("ウィスキー", "βisɨkʲiː"),
        ("チェック", "ʨeʔkɯ"),
        ("ヴァイオリン", "vaioɾʲiɴ"),
        ("クォーター", "kᵝoːtaː"),
        ("すごーーい", "sɨɡoːi"),
        ("ッャ", "ʔja"),
        ("ア゛", "a"),
        ("", ""),
    ],
)
def test_kana(kana: str, symbols: str) -> None:
    assert to_symbols(kana) == symbols


def test_every_pair_of_kana_is_heard() -> None:
    kana = [chr(code) for code in range(0x30A1, 0x30FB)]
    for first in kana:
        for second in kana:
            assert to_symbols(first + second), first + second
            assert not set(to_symbols(first + second)) - LETTERS


def test_rare_characters_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken("鱻") == "seɴ"
    silent = {"string": "龘", "pos": "記号", "pos_group1": "*", "pron": "、", "chain_flag": 0}
    monkeypatch.setattr(japanese, "_frontend", lambda: lambda text: [silent])
    assert spoken("龘") == "ta"  # as in Chinese, without the tone


@pytest.mark.parametrize("text", ["", " ", "。！？…", "ー", "\n"])
def test_signs_are_not_spoken(text: str) -> None:
    assert phonemize(text) == []


def test_a_long_text_is_read_in_pieces() -> None:
    sentence = "私は学校へ行きましたが、友達は来ませんでした。"
    once, many = phonemize(sentence), phonemize(sentence * 100)
    assert many == [
        (group, start + turn * len(sentence), end + turn * len(sentence))
        for turn in range(100)
        for group, start, end in once
    ]


def test_any_text_becomes_symbols() -> None:
    dice = random.Random(1)
    letters = [chr(code) for code in [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), *range(0xFF66, 0xFFA0)]]
    letters += [chr(code) for code in range(0x4E00, 0x9FA0, 7)] + list("0123456789０１,.:%-、。々〇 \n")
    for _ in range(300):
        text = "".join(dice.choices(letters, k=30))
        groups = phonemize(text)
        assert all(group and not set(group) - LETTERS for group, _, _ in groups)
        assert all(0 <= start < end <= len(text) for _, start, end in groups)
        assert [start for _, start, _ in groups] == sorted(start for _, start, _ in groups)


def test_threads_read_the_same() -> None:
    texts = [PREVIEW_TEXTS["ja"], "今日は天気がいい。", "2024年3月15日"] * 20
    expected = [phonemize(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(phonemize, texts)) == expected


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyopenjtalk", None)
    japanese._frontend.cache_clear()
    with pytest.raises(EngineError, match="pyopenjtalk-plus"):
        phonemize("はい")
    monkeypatch.undo()
    assert phonemize("はい")
