import itertools
import os
import signal
import string
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from openwaves.errors import EngineError, UnknownPhonemeError
from openwaves.languages import LANGUAGES
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p import espeak as module
from openwaves.tts.g2p.espeak import BRAHMIC, SPOKEN, Espeak, espeak, phonemize, voice_name
from openwaves.tts.g2p.ipa import PHONEMES, to_symbols
from openwaves.tts.voices.previews import PREVIEW_TEXTS

SENTENCES = {
    "hi": "पिछले हफ़्ते हमने दिल्ली में बहुत अच्छा खाना खाया।",
    "mr": "काल संध्याकाळी आम्ही पुण्याला गेलो होतो आणि खूप मजा आली.",
    "kn": "ನಾಳೆ ಬೆಳಿಗ್ಗೆ ಬೆಂಗಳೂರಿಗೆ ಹೋಗುವ ರೈಲು ಎಷ್ಟು ಗಂಟೆಗೆ?",
    "ta": "நாளை காலை சென்னைக்கு செல்லும் ரயில் எப்போது புறப்படும்?",
    "bn": "আগামীকাল সকালে কলকাতায় বৃষ্টি হতে পারে।",
    "gu": "કાલે સવારે અમદાવાદમાં વરસાદ પડી શકે છે.",
    "te": "రేపు ఉదయం హైదరాబాదు వెళ్ళే రైలు ఎన్ని గంటలకు?",
    "ml": "നാളെ രാവിലെ കൊച്ചിയിലേക്കുള്ള ട്രെയിൻ എപ്പോഴാണ്?",
    "pa": "ਕੱਲ੍ਹ ਸਵੇਰੇ ਅੰਮ੍ਰਿਤਸਰ ਵਿੱਚ ਮੀਂਹ ਪੈ ਸਕਦਾ ਹੈ।",
    "or": "କାଲି ସକାଳେ ଭୁବନେଶ୍ୱରରେ ବର୍ଷା ହୋଇପାରେ।",
    "es": "En un lugar de la Mancha, de cuyo nombre no quiero acordarme.",
    "de": "Ich habe dir doch gesagt, dass wir in der nächsten Woche nach Hamburg fahren.",
    "fr": "Les enfants sont allés à l'école avec leurs amis, il y a un an.",
    "it": "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura.",
    "nl": "Ik weet niet of het een goed idee is om met de trein te gaan.",
    "sv": "Jag vet inte om det är en bra idé att åka till Stockholm.",
    "pt": "No meio do caminho tinha uma pedra, e não era a minha.",
    "ru": "Я не знаю, что он сказал вчера вечером, но дверь была открыта.",
    "el": "Δεν ξέρω τι είπε χθες το βράδυ, αλλά εμείς θα πάμε στο θέατρο.",
    "fi": "En tiedä mitä hän sanoi eilen illalla.",
    "no": "Jeg vet ikke om det er en god idé å reise til Oslo.",
    "pl": "Nie wiem, czy to jest dobry pomysł, żeby w tym tygodniu jechać do Łodzi.",
    "id": "Saya tidak tahu apakah ini ide yang baik untuk pergi ke Jakarta.",
    "ms": "Saya tidak tahu sama ada ini idea yang baik.",
    "tr": "Gelecek hafta trenle Ankara'ya gitmenin iyi bir fikir olup olmadığını bilmiyorum.",
}
BLOCKS = {"hi": 0x900, "bn": 0x980, "pa": 0xA00, "gu": 0xA80, "or": 0xB00, "ta": 0xB80, "te": 0xC00, "kn": 0xC80}
BLOCKS |= {"ml": 0xD00, "mr": 0x900}
LETTERS = dict.fromkeys(SPOKEN - BRAHMIC, string.ascii_lowercase + "àáâãäåæçèéêëìíîïñòóôõöøùúûüýœßąćęłńśźżğışđ")
LETTERS["ru"] = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
LETTERS["el"] = "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώϊϋΐΰς"


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    yield
    espeak().close()


def assert_symbols(phonemes: list[str]) -> None:
    assert not set("".join(phonemes)) - SYMBOLS.keys()


def test_the_phonemes_are_symbols_of_the_network() -> None:
    assert {symbol for symbol in SYMBOLS if symbol not in ' ;:,.!?—…"()“”↓→↗↘'} == PHONEMES


def test_every_spoken_language_has_a_sentence_here() -> None:
    assert SENTENCES.keys() == SPOKEN
    assert LANGUAGES.keys() > SPOKEN


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_each_word_of_a_sentence_is_spoken_in_symbols(language: str) -> None:
    words = SENTENCES[language].split()
    phonemes = phonemize(words, language)
    assert len(phonemes) == len(words)
    assert all(phonemes)
    assert_symbols(phonemes)


@pytest.mark.parametrize("language", sorted(PREVIEW_TEXTS.keys() & SPOKEN))
def test_previews_are_spoken_in_symbols(language: str) -> None:
    words = PREVIEW_TEXTS[language].split()
    phonemes = phonemize(words, language)
    assert [bool(word) for word in phonemes] == [any(c.isalnum() for c in word) for word in words]
    assert_symbols(phonemes)


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_no_letter_or_pair_of_letters_is_left_over(language: str) -> None:
    if block := BLOCKS.get(language):
        known = [chr(block + offset) for offset in range(0x80) if unicodedata.name(chr(block + offset), "")]
        letters = [c for c in known if unicodedata.category(c)[0] in "LN"]
        marks = [c for c in known if unicodedata.category(c)[0] == "M"]
        virama = chr(block + 0x4D)
        words = letters + [a + b for a in letters for b in marks]
        words += [a + virama + b for a, b in itertools.product(letters, letters)]
    else:
        letters = list(LETTERS[language])
        words = letters + [a + b for a, b in itertools.product(letters, letters)]
    assert_symbols(espeak().phonemes(voice_name(language), words))


@pytest.mark.parametrize("language", ["hi", "de"])
def test_letters_of_foreign_scripts_are_left_to_espeak(language: str) -> None:
    letters = [chr(point) for point in range(0xC0, 0x3100) if chr(point).isalnum()]
    assert_symbols(espeak().phonemes(voice_name(language), letters))


@pytest.mark.parametrize(
    ("language", "variant", "text", "expected"),
    [
        ("es", None, "cielo", "θjˈelo"),
        ("es", "latin american", "cielo", "sjˈelo"),
        ("es", None, "la casa de Ana", "la kˈasa ðe ˈana"),
        ("fr", None, "les amis", "lez amˈi"),
        ("fr", None, "les, amis", "lˈe amˈi"),
        ("fr", None, "l’eau", "lˈo"),
        ("ru", None, "дверь", "dvʲˈerʲ"),
        ("pa", None, "ਕੁੜੀ", "kˈʊɽi"),
        ("hi", None, "नमस्ते", "nəmˈʌsteː"),
    ],
)
def test_readings(language: str, variant: str | None, text: str, expected: str) -> None:
    assert " ".join(phonemize(text.split(), language, variant)) == expected


def test_words_without_sound_are_empty_and_keep_their_place() -> None:
    assert phonemize(["", " ", "😀", "👨‍👩‍👧", "नमस्ते", "—", "!"], "hi") == ["", "", "", "", "nəmˈʌsteː", "", ""]
    assert phonemize(["les", "😀", "amis"], "fr") == ["lez", "", "amˈi"]
    assert phonemize([], "es") == []


@pytest.mark.parametrize("language", ["hi", "de", "ml"])
@pytest.mark.parametrize("letter", ["xwz", "ന", "न", "a", "ß"])
def test_nothing_of_a_huge_word_is_lost(language: str, letter: str) -> None:
    once, most = (len(phonemize([letter * count], language)[0]) for count in (10, 1000))
    assert most > 60 * once


def test_a_long_sentence_without_punctuation_is_cut_between_words() -> None:
    words = SENTENCES["fr"].replace(",", "").split() * 100
    phonemes = phonemize(words, "fr")
    assert len(phonemes) == len(words)
    assert all(phonemes)


def test_hostile_words_are_answered() -> None:
    words = ["\ud800", "\0", "[[a]]", "<voice name='x'>", "a\nb", "%s", '"' * 600, "\u0301" * 600, "a\u0301" * 600]
    assert len(phonemize(words, "es")) == len(words)


def test_threads_read_as_one_thread_does() -> None:
    texts = [(language, text.split()) for language, text in SENTENCES.items()] * 4
    serial = [phonemize(words, language) for language, words in texts]
    client = espeak()
    client._cache.clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda row: phonemize(row[1], row[0]), texts)) == serial


def test_a_killed_worker_is_replaced() -> None:
    client = Espeak()
    assert client.pid is None
    client.phonemes("es", ["uno"])
    first = client.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert client.phonemes("es", ["dos", "uno"]) == ["dˈos", "ˈuno"]
    assert client.pid not in {None, first}
    client.close()
    assert client.pid is None


def test_threads_survive_a_worker_that_keeps_dying() -> None:
    client = Espeak()
    words = [str(number) for number in range(400)]
    expected = espeak().phonemes("fr", words)
    client.phonemes("fr", ["un"])
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(client.phonemes, "fr", [word]) for word in words]
        os.kill(client.pid or 0, signal.SIGKILL)
        assert [answer.result()[0] for answer in answers] == expected
    client.close()


def test_a_stuck_worker_is_killed() -> None:
    client = Espeak(timeout_s=0.3)
    client.phonemes("es", ["uno"])
    os.kill(client.pid or 0, signal.SIGSTOP)
    with pytest.raises(EngineError, match=r"within 0\.3 s"):
        client.phonemes("es", ["dos"])
    assert client.phonemes("es", ["dos"]) == ["dˈos"]
    client.close()


def test_the_worker_ignores_ctrl_c() -> None:
    client = Espeak()
    client.phonemes("es", ["uno"])
    first = client.pid
    os.kill(first or 0, signal.SIGINT)
    assert client.phonemes("es", ["dos"]) == ["dˈos"]
    assert client.pid == first
    client.close()


def test_the_worker_ends_with_its_server() -> None:
    code = "from openwaves.tts.g2p.espeak import espeak; e = espeak(); e.phonemes('es', ['uno']); print(e.pid)"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60).stdout)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_worker_imports_nothing_heavy() -> None:
    code = (
        "import sys, openwaves.tts.g2p.espeak_worker; print('numpy' in sys.modules, 'openwaves.errors' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60).stdout
    assert out.split() == ["False", "False"]


def test_a_worker_that_cannot_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(EngineError, match="cannot be started"):
        Espeak().phonemes("es", ["uno"])
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EngineError, match="cannot be started"):
        Espeak().phonemes("es", ["uno"])


def test_unknown_voices_and_languages_are_refused() -> None:
    client = Espeak()
    with pytest.raises(EngineError, match="no voice 'xx-nowhere'"):
        client.phonemes("xx-nowhere", ["uno"])
    client.close()
    for language in ("en", "zh", "auto", "xx"):
        with pytest.raises(EngineError, match="does not speak"):
            phonemize(["word"], language)


def test_an_unmapped_sound_is_never_dropped() -> None:
    with pytest.raises(UnknownPhonemeError):
        to_symbols("a☃", "es")


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CACHED", 3)
    client = Espeak()
    assert client.phonemes("es", list("abcde")) == client.phonemes("es", list("abcde"))
    assert len(client._cache) == 3
    client.close()


@pytest.mark.parametrize(("word", "language"), [("ସ୍ୱର", "or"), ("ॲप", "mr"), ("বিৰ", "bn"), ("বঽ", "bn"), ("କଽ", "or")])
def test_letters_that_espeak_spells_by_name_are_read(word: str, language: str) -> None:
    (spoken,) = phonemize([word], language)
    assert 0 < len(spoken) < 9, spoken


@pytest.mark.parametrize(("word", "expected"), [("গাড়ি", "ɡˈaɽi"), ("মেয়ে", "mˈee")])
def test_bengali_letters_with_a_dot_keep_their_vowels(word: str, expected: str) -> None:
    assert phonemize([word, unicodedata.normalize("NFC", word)], "bn") == [expected] * 2
