"""Which symbols each language comes out in: those of docs/languages.md, and all are known to the networks."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hibari.g2p import G2P

from openwaves.languages import LANGUAGES
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p import chinese, ipa, japanese, kana
from openwaves.tts.g2p.brahmic import LANGUAGES as BRAHMIC
from openwaves.tts.g2p.brahmic import letters, phonemize_word, sounds
from openwaves.tts.g2p.espeak import SPOKEN, espeak, voice_name
from openwaves.tts.g2p.indian_english import indian
from tests.tts.g2p.test_espeak import BLOCKS, LETTERS, SENTENCES

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
REFUSED = {"ar", "ko", "vi"}
SIGNS = {letters.ANUSVARA, letters.CHANDRABINDU, letters.VISARGA, letters.ADDAK, letters.AYTHAM, letters.VIRAMA}
"""Keys of our own rules that are no sounds."""
WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u0d7f]+)*")
VIRAMA = 0x4D


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    yield
    espeak().close()


def rows(heading: str) -> list[list[str]]:
    """Cells of the table below a heading, without its first two lines."""
    lines = DOCS.split(f"\n## {heading}\n")[1].split("\n## ")[0].splitlines()
    table = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def shown(text: str) -> str:
    """As a table shows it: marks by their number, nothing as a dash."""
    return "".join(f"U+{ord(c):04X}" if unicodedata.category(c)[0] == "M" else c for c in text) or "–"


def pairs(language: str) -> list[str]:
    """Letters, and all pairs of them: joined by a virama, and with each sign, in the Brahmic scripts."""
    if language not in BLOCKS:
        alphabet = list(LETTERS[language])
        return alphabet + [a + b for a, b in itertools.product(alphabet, alphabet)]
    block = [chr(point) for point in range(BLOCKS[language], BLOCKS[language] + 0x80)]
    alphabet = [c for c in block if unicodedata.category(c)[0] == "L"]
    marks = [c for c in block if unicodedata.category(c)[0] == "M"]
    virama = chr(BLOCKS[language] + VIRAMA)
    joined = [a + virama + b for a, b in itertools.product(alphabet, alphabet)]
    return alphabet + [a + b for a, b in itertools.product(alphabet, marks)] + joined


def words(language: str) -> list[str]:
    """Words of the normalizer's table and those of a sentence; of the gold rows, where our own rules read them."""
    files = [ROOT / "src/openwaves/tts/normalize/languages/data" / f"{language}.tsv"]
    if language in BRAHMIC:
        files.append(ROOT / "tests/tts/normalize/gold" / f"{language}.tsv")
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())
    return WORD.findall(unicodedata.normalize("NFC", f"{text} {SENTENCES[language]}"))


def english() -> Iterator[str]:
    """Readings of both lexicons, and of the American one as it sounds in India."""
    for british in (False, True):
        lexicon = G2P(british=british).lexicon
        for entries in (lexicon.golds.d, lexicon.silvers.d):
            for entry in entries.values():
                found = entry.values() if isinstance(entry, dict) else (entry,)
                readings = [reading for reading in found if reading]
                yield from readings
                if not british:
                    yield from map(indian, readings)


def readings(language: str) -> Iterable[str]:
    """Everything that shows which symbols a language has."""
    if language == "en":
        return english()
    if language == "zh":
        han = "".join(map(chr, range(0x4E00, 0x9FA6)))
        return (
            symbols
            for start in range(0, len(han), 200)
            for symbols, _, _ in chinese.phonemize(han[start : start + 200])
        )
    if language == "ja":
        moras = [chr(point) for point in range(0x30A1, 0x30FB)]
        return map(kana.to_symbols, [*moras, *(a + b for a, b in itertools.product(moras, [*moras, "ー"]))])
    if language in BRAHMIC:
        return (phonemize_word(word, language) for word in (*pairs(language), *words(language)))
    return espeak().phonemes(voice_name(language), [*pairs(language), *dict.fromkeys(words(language))])


def inventory(language: str) -> str:
    """Symbols in the order of their code points, marks by their number."""
    return " ".join(shown(symbol) for symbol in sorted(set("".join(readings(language))) - {" "}))


def test_every_spoken_language_is_in_the_table() -> None:
    spoken = [code for row in rows("Symbols of each language") for code in row[0].split()]
    assert sorted(spoken) == sorted(LANGUAGES.keys() - REFUSED)
    assert set(spoken) == SPOKEN | {"en", "zh", "ja"}


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - REFUSED))
def test_a_language_has_the_symbols_of_the_table(language: str) -> None:
    if language == "ja" and not japanese.is_installed():
        pytest.skip("the analyser of Japanese is not installed")
    found = inventory(language)
    listed = next(row[1] for row in rows("Symbols of each language") if row[0] == language)
    assert {chr(int(cell[2:], 16)) if cell.startswith("U+") else cell for cell in found.split()} <= SYMBOLS.keys()
    assert found == listed, f"the row of docs/languages.md is to be: | {language} | {found} |"


def test_the_table_of_sounds_without_a_symbol_is_that_of_the_code() -> None:
    code = [("espeak-ng", tie[0] + ipa.TIE + tie[1:], symbol) for tie, symbol in ipa.TIES.items()]
    code += [("espeak-ng", sound, symbol) for sound, symbol in ipa.FOLDS.items()]
    code += [(f"espeak-ng, {voice}", *fold) for voice, folds in ipa.VOICE_FOLDS.items() for fold in folds.items()]
    code += [("our rules", *item) for item in sounds.NEAREST.items() if item[0] not in SIGNS]
    documented = [tuple(row[:3]) for row in rows("Sounds without a symbol")]
    assert documented == [(reader, shown(sound), shown(symbols)) for reader, sound, symbols in code]


def test_what_a_sound_is_written_as_is_a_symbol() -> None:
    written = [*ipa.TIES.values(), *ipa.FOLDS.values(), *sounds.NEAREST.values()]
    written += [symbols for folds in ipa.VOICE_FOLDS.values() for symbols in folds.values()]
    assert set("".join(written)) - {"ʉ", "ɵ"} <= SYMBOLS.keys()
    assert not SYMBOLS.keys() & (ipa.FOLDS.keys() - set('."'))
