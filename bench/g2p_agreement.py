"""How far the readings of ``g2p.brahmic`` are from those of espeak-ng.

    python -m bench.g2p_agreement [--language hi] [--show 40]

Words: the voices' previews, the gold rows and number tables of the normaliser, and ``bench/g2p_words``. Printed is
the segment error rate: insertions, deletions and replacements of symbols over the symbols of espeak-ng, without
stress. The common words of ``bench/g2p_words`` and the whole are given apart.
"""

import argparse
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from time import perf_counter

from bench.words import distance
from openwaves.tts.g2p import espeak
from openwaves.tts.g2p.brahmic import phonemize_word
from openwaves.tts.voices.previews import PREVIEW_TEXTS

LANGUAGES = ("hi", "mr", "gu", "pa", "bn", "or", "ta", "te", "kn", "ml")
COLUMNS = (
    "language",
    "words",
    "words alike, %",
    "segments that differ, %",
    "same, common words, %",
    "same, with stress, %",
    "µs a word",
)
ROOT = Path(__file__).resolve().parent.parent
BLOCKS = {"hi": 0x900, "mr": 0x900, "bn": 0x980, "pa": 0xA00, "gu": 0xA80, "or": 0xB00, "ta": 0xB80, "te": 0xC00}
BLOCKS |= {"kn": 0xC80, "ml": 0xD00}
_STRESS = re.compile("[ˈˌ]")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this one; may be repeated")
    parser.add_argument("--show", type=int, default=0, help="words that differ to print for each language")
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---|---|---|---|---|---|---|")
    for language in options.language or LANGUAGES:
        print(row(language, options.show))
    espeak.espeak().close()


def row(language: str, n_shown: int) -> str:
    """One line of the table; prints the words that differ first."""
    common, others = common_words(language), found_words(language)
    words = list(dict.fromkeys([*common, *others]))
    reference = dict(zip(words, espeak.phonemize(words, language), strict=True))
    started = perf_counter()
    ours = {word: phonemize_word(word, language) for word in words}
    micros = (perf_counter() - started) / len(words) * 1e6
    kinds = Counter[tuple[str, str]]()
    shown = 0
    for word in words:
        if found := differences(bare(reference[word]), bare(ours[word])):
            kinds.update(found)
            if shown < n_shown:
                shown += 1
                print(f"{language} {word} espeak-ng {reference[word]} ours {ours[word]}", file=sys.stderr)
    if n_shown:
        print(language, " ".join(f"{a or '∅'}→{b or '∅'}:{n}" for (a, b), n in kinds.most_common(25)), file=sys.stderr)
    alike = sum(bare(reference[word]) == bare(ours[word]) for word in words)
    rates = (
        100 * alike / len(words),
        error_rate([(bare(reference[word]), bare(ours[word])) for word in words]),
        error_rate([(bare(reference[word]), bare(ours[word])) for word in common]),
        error_rate([(reference[word], ours[word]) for word in words]),
    )
    return f"| {language} | {len(words)} | " + " | ".join(f"{rate:.1f}" for rate in rates) + f" | {micros:.0f} |"


def common_words(language: str) -> list[str]:
    """The list of the folder ``g2p_words``."""
    text = (ROOT / "bench" / "g2p_words" / f"{language}.txt").read_text(encoding="utf-8")
    return list(dict.fromkeys(unicodedata.normalize("NFC", text).split()))


def found_words(language: str) -> Iterator[str]:
    """Words of the language's script in the previews, the gold rows and the normaliser's tables."""
    files = (
        ROOT / "tests" / "tts" / "normalize" / "gold" / f"{language}.tsv",
        ROOT / "src" / "openwaves" / "tts" / "normalize" / "data" / f"{language}.tsv",
    )
    block = BLOCKS[language]
    letters = f"[{chr(block + 1)}-{chr(block + 0x63)}{chr(block + 0x70)}-{chr(block + 0x7F)}\u200c\u200d]+"
    for text in (PREVIEW_TEXTS[language], *(path.read_text(encoding="utf-8") for path in files)):
        for word in re.findall(letters, unicodedata.normalize("NFC", text)):
            if unicodedata.category(word[0])[0] == "L" and len(word) > 1:
                yield word


def bare(phonemes: str) -> str:
    """Without stress and spaces."""
    return _STRESS.sub("", phonemes).replace(" ", "")


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Edits over the symbols of the first of each pair, in percent."""
    return 100 * sum(distance(a, b) for a, b in pairs) / max(1, sum(len(a) for a, _ in pairs))


def differences(a: str, b: str) -> list[tuple[str, str]]:
    """What is written otherwise."""
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(a[i:j], b[k:m]) for tag, i, j, k, m in codes if tag != "equal"]


if __name__ == "__main__":
    main()
