"""How many homographs of the gold sentences are read right: by the reader, hibari alone, misaki.

    python -m bench.g2p_homographs [--misaki PYTHON]

misaki, with spaCy and its small English model, belongs into an environment of its own: ``--misaki PYTHON`` names the
interpreter of that.
"""

import argparse
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from hibari.g2p import G2P

from openwaves.tts.g2p.english import english
from openwaves.tts.normalize import normalize

GOLD = Path(__file__).parents[1] / "tests" / "tts" / "g2p" / "gold"
MISAKI = """
import sys
from misaki import en
readers = [en.G2P(trf=False, british=british, fallback=None) for british in (False, True)]
for line in sys.stdin:
    print(*(reader(line.rstrip("\\n"))[0] for reader in readers), sep="\\t")
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misaki", help="interpreter of an environment with misaki")
    options = parser.parse_args()
    senses = {row[0]: row[1:] for row in _rows("senses.tsv")}
    print("| sentences | reader | American | British |")
    print("|---|---|---|---|")
    for name in ("homographs.tsv", "homographs_unseen.tsv"):
        rows = _rows(name)
        texts = [_spoken(re.sub("[{}]", "", sentence)) for _, sentence in rows]
        said: dict[str, Sequence[Sequence[str]]] = {}
        said["openwaves"] = _both(texts, lambda british: english(british=british).phonemize)
        said["hibari"] = _both(texts, lambda british: G2P(british=british))
        if options.misaki:
            said["misaki"] = _misaki(options.misaki, texts)
        for label, pairs in said.items():
            right = [0, 0]
            for pair, (sense, sentence) in zip(pairs, rows, strict=True):
                for accent in (0, 1):
                    wanted = map(_bare, senses[sense][accent].split("|"))
                    right[accent] += _reading(pair[accent], sentence) in wanted
            print(f"| {name}, {len(rows)} | {label} | {right[0]} | {right[1]} |")


def _both(texts: Sequence[str], reader: Callable[[bool], Callable[[str], str]]) -> list[tuple[str, str]]:
    american, british = reader(False), reader(True)
    return [(american(text), british(text)) for text in texts]


def _misaki(python: str, texts: Sequence[str]) -> list[tuple[str, ...]]:
    ran = subprocess.run([python, "-c", MISAKI], input="\n".join(texts), capture_output=True, text=True, check=True)
    return [tuple(line.split("\t")) for line in ran.stdout.splitlines()]


def _reading(said: str, sentence: str) -> str:
    """The phonemes of the word in braces."""
    number = sum(any(map(str.isalnum, part)) for part in _spoken(sentence.split("{", maxsplit=1)[0]).split())
    return [bare for group in said.split() if (bare := _bare(group))][number]


def _bare(phonemes: str) -> str:
    return re.sub(r"[^\wˈː]|ˌ", "", phonemes)


def _rows(name: str) -> list[list[str]]:
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _spoken(text: str) -> str:
    return " ".join(piece.text for piece in normalize(text, "en"))


if __name__ == "__main__":
    main()
