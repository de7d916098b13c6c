"""What the text front end costs: a sentence of twenty words, texts of a megabyte, and the start.

    python -m bench.text [--language en] [--rounds 3] [--megabyte] [--json FILE]

CPU time of one thread, so that other programs on the machine count little; the process of espeak-ng is counted apart.
The sentences differ from each other: sixteen words and two tokens with digits of the language's gold rows. "Warm" is
the second time that the words are read and the first time that they stand together; "cold words" are made up, so that
no cache and no list knows them. Tables are printed in Markdown.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from openwaves.scheduler import available_cores
from openwaves.tts.normalize import CODES, normalize
from openwaves.tts.text.analyze import analyze, pieces
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob

GOLD = Path(__file__).parents[1] / "tests" / "tts" / "normalize" / "gold"
SENTENCES = 250
WORDS = 16
TOKENS = 2
MEGABYTE = 1_000_000
REPEATED = {"digits": "1", "brackets": "(", "combining marks": "a" + "\u0301" * 9, "fractions": "1/", "spaces": " ",
            "emoji": "😀"}  # fmt: skip
VOICE = Catalogue.load().get("magnus")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=sorted(CODES), help="only this one")
    parser.add_argument("--rounds", type=int, default=3, help="passes over the sentences")
    parser.add_argument("--megabyte", action="store_true", help="texts of up to a megabyte, too: a minute")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    languages = [options.language] if options.language else sorted(CODES)
    print(f"{available_cores()} cores; milliseconds of CPU a sentence of {WORDS + TOKENS}+ words, p50 / p99\n")
    figures = {"sentences": [costs(language, options.rounds) for language in languages]}
    _table(figures["sentences"])
    figures["start"] = [start(name, code) for name, code in STARTS.items()]
    _table(figures["start"])
    if options.megabyte:
        figures["lengths"] = [lengths(name, unit) for name, unit in REPEATED.items()]
        _table(figures["lengths"])
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def costs(language: str, rounds: int) -> dict[str, str]:
    """Of one language: the normalizer, all before phonemes, all with phonemes, and the latter with unknown words."""
    known = sentences(language, made_up=False, seed=0)
    passes = [sentences(language, made_up=False, seed=number) for number in range(1, rounds + 1)]
    unknown = sentences(language, made_up=True, seed=0)
    for text in known:
        analyze(_job(text, language), 510)
    readers: dict[str, Callable[[str], object]] = {
        "normalizer": lambda text: normalize(text, language),
        "all before phonemes": lambda text: list(pieces(_job(text, language))),
        "with phonemes, warm": lambda text: analyze(_job(text, language), 510),
    }
    row = {"language": language}
    for name, read in readers.items():
        row[name] = _spread([_cpu_ms(read, text) for texts in passes for text in texts])
    outside = _children_s()
    cold = [_cpu_ms(readers["with phonemes, warm"], text) for text in unknown]
    row["with phonemes, cold words"] = _spread(cold)
    row["espeak-ng's process, cold words, mean"] = f"{(_children_s() - outside) * 1e3 / len(cold):.2f}"
    return row


def sentences(language: str, *, made_up: bool, seed: int) -> list[str]:
    """Different sentences from the words and inputs of the gold rows; ``made_up`` joins halves of words anew."""
    source = random.Random(f"{language}{made_up}{seed}")
    lines = (GOLD / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.startswith(f"{language}\t")]
    words = sorted({word for row in rows for word in re.findall(r"[^\W\d_](?:\S*[^\W\d_])?", row[2]) if len(word) > 1})
    tokens = sorted({row[1] for row in rows if re.search(r"\d", row[1]) and len(row[1].split()) <= 2})
    made = []
    for _ in range(SENTENCES):
        chosen = source.choices(words, k=WORDS)
        if made_up:
            chosen = [word[: len(word) // 2] + other[len(other) // 2 :] + word[-1] for word, other in
                      zip(chosen, source.choices(words, k=WORDS), strict=True)]  # fmt: skip
        for token in source.sample(tokens, TOKENS):
            chosen.insert(source.randrange(WORDS), token)
        made.append(" ".join(chosen) + ".")
    return made


def lengths(name: str, unit: str) -> dict[str, str]:
    """Segments and words of a quarter, a half and a whole megabyte, seconds, and how they grow."""
    row = {"text": name}
    taken = []
    for size in (MEGABYTE // 4, MEGABYTE // 2, MEGABYTE):
        text = (unit * (size // len(unit.encode()) + 1)).encode()[:size].decode(errors="ignore")
        whole = _cpu_ms(lambda text: normalize(text, "en"), text) / 1e3
        taken.append((whole, _cpu_ms(_segments, text) / 1e3))
        row[f"{size / MEGABYTE:.2f} MB, normalizer / cut and written out, s"] = (
            f"{taken[-1][0]:.2f} / {taken[-1][1]:.2f}"
        )
    row["1 MB : 0.25 MB"] = " / ".join(
        f"{last / max(first, 1e-3):.1f}" for first, last in zip(taken[0], taken[-1], strict=True)
    )
    return row


def _segments(text: str) -> None:
    for part in split(text):
        list(pieces(SpeechJob(part, VOICE, 1.0, "en", None, math_notation=False, seed=0)))


STARTS = {
    "normalizer, en": "from openwaves.tts.normalize import normalize; normalize('It is 5 km', 'en')",
    "normalizer, all languages": "from openwaves.tts.normalize import CODES, normalize\n"
    "for code in CODES: normalize('5 km', code)",
    "phonemes, en": "from bench.text import _job; from openwaves.tts.text.analyze import analyze\n"
    "analyze(_job('It is 5 km', 'en'), 510)",
    "phonemes, hi": "from bench.text import _job; from openwaves.tts.text.analyze import analyze\n"
    "analyze(_job('यह 5 km है', 'hi'), 510)",
}


def start(name: str, code: str) -> dict[str, str]:
    """CPU seconds from the start of the interpreter to the first sentence's words; the median of three."""
    taken = []
    for _ in range(3):
        program = f"import time\n{code}\nprint(time.process_time())"
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        taken.append(float(result.stdout.split()[-1]))
    return {"start to the first sentence": name, "CPU, s": f"{statistics.median(taken):.2f}"}


def _job(text: str, language: str) -> SpeechJob:
    return SpeechJob(Segment(text, 0, len(text), 0.0), VOICE, 1.0, language, None, math_notation=False, seed=0)


def _cpu_ms(read: Callable[[str], object], text: str) -> float:
    begin = time.thread_time_ns()
    read(text)
    return (time.thread_time_ns() - begin) / 1e6


def _children_s() -> float:
    """CPU seconds of this process's children so far."""
    children = psutil.Process(os.getpid()).children(recursive=True)
    return sum(sum(child.cpu_times()[:2]) for child in children)


def _spread(taken: Sequence[float]) -> str:
    ordered = sorted(taken)
    return f"{ordered[len(ordered) // 2]:.2f} / {ordered[int(len(ordered) * 0.99)]:.2f}"


def _table(rows: Sequence[dict[str, str]]) -> None:
    print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")
    print()


if __name__ == "__main__":
    main()
