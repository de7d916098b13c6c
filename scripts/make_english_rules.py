"""Learn how espeak-ng's American readings of unknown words are to be mended: ``g2p/english/data/mended.tsv``.

    python scripts/make_english_rules.py [--seconds 200]

Each rule says: where the spelling holds these letters ("^" and "$" are its ends), these phonemes are those. Rules are
picked greedily by how many words of CMUdict they make right, less those that they make wrong, on words of no lexicon
and on common words alike, so that names gain and other words do not lose. One word in ten is left out, by its
checksum (``bench.g2p_english.is_held_out``): on those ``bench.g2p_english`` measures.
Source: E. Brill, Transformation-based error-driven learning (Computational Linguistics 21, 1995).
"""

import argparse
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from time import monotonic

from bench.g2p_english import folded, is_held_out, is_listed, readings

from openwaves.tts.g2p.english import english
from openwaves.tts.g2p.english.unknown import accented
from openwaves.tts.g2p.espeak import espeak

OUT = Path(__file__).parents[1] / "src" / "openwaves" / "tts" / "g2p" / "english" / "data" / "mended.tsv"
LENGTHS = (2, 3, 4, 5)  # letters of a rule, ends of the word included
LEAST_GAIN = 6  # words
LEAST_RATIO = 2.5  # words made right for each one made wrong

Rule = tuple[str, str, str]


class Corpus:
    """Words, how they are read by now, and which readings are right."""

    def __init__(self) -> None:
        reference = readings()
        common = english(british=False).frequent
        self.words = [w for w in reference if not is_held_out(w) and (w in common or not is_listed(w))]
        self.reference = {word: [f"^{_nurse(reading)}$" for reading in reference[word]] for word in self.words}
        self.right = {word: {_bare(reading) for reading in self.reference[word]} for word in self.words}
        said = espeak().phonemes("en-us", self.words)
        self.said = {w: f"^{accented(s, british=False)}$" for w, s in zip(self.words, said, strict=True)}
        self.is_right = {word: self._holds(word, self.said[word]) for word in self.words}
        self.holding: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            for letters in _letters(word):
                self.holding[letters].append(word)

    def _holds(self, word: str, said: str) -> bool:
        return _bare(said) in self.right[word]

    def candidates(self) -> Counter[Rule]:
        """Rules that would make a wrong word right, with how many words ask for them."""
        found = Counter[Rule]()
        for word in self.words:
            if not self.is_right[word]:
                said = self.said[word]
                changes = (_changes(said, reading) for reading in self.reference[word])
                for old, new in {change for change in min(changes, key=len) if self._mends(word, change)}:
                    found.update((letters, old, new) for letters in _letters(word))
        return found

    def _mends(self, word: str, change: tuple[str, str]) -> bool:
        return self.said[word].count(change[0]) == 1 and self._holds(word, self.said[word].replace(*change))

    def gain(self, rule: Rule) -> int:
        """Words that it makes right, less those that it makes wrong; 0 if these are too many."""
        letters, old, new = rule
        mended = broken = 0
        for word in self.holding[letters]:
            said = self.said[word]
            if said.count(old) == 1:
                holds = self._holds(word, said.replace(old, new))
                mended += holds and not self.is_right[word]
                broken += self.is_right[word] and not holds
        return mended - broken if mended >= LEAST_RATIO * broken else 0

    def apply(self, rule: Rule) -> None:
        """Read all words by the rule."""
        letters, old, new = rule
        for word in self.holding[letters]:
            if self.said[word].count(old) == 1:
                self.said[word] = self.said[word].replace(old, new)
                self.is_right[word] = self._holds(word, self.said[word])


def learn(corpus: Corpus, seconds: float) -> Iterator[tuple[Rule, int]]:
    """The best rule first; each is applied before the next is looked for."""
    end = monotonic() + seconds
    heap = [(-count, rule) for rule, count in corpus.candidates().items() if count >= LEAST_GAIN]
    heapq.heapify(heap)
    while heap and monotonic() < end:
        _, rule = heapq.heappop(heap)
        gain = corpus.gain(rule)
        if gain < LEAST_GAIN:
            continue
        if heap and gain < -heap[0][0]:
            heapq.heappush(heap, (-gain, rule))
            continue
        corpus.apply(rule)
        yield rule, gain


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=200, help="time for the search")
    corpus = Corpus()
    espeak().close()
    lines = ["# Made by scripts/make_english_rules.py: letters, espeak-ng's phonemes, ours, words of CMUdict gained."]
    for (letters, old, new), gain in learn(corpus, parser.parse_args().seconds):
        lines.append(f"{letters}\t{old}\t{new}\t{gain}")
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} rules; {100 * sum(corpus.is_right.values()) / len(corpus.words):.1f} % of the words right")


def _changes(said: str, wanted: str) -> list[tuple[str, str]]:
    """What must be replaced, with a neighbour or two on one side or both."""
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, said, wanted, autojunk=False).get_opcodes():
        if kind != "equal":
            for before, after in ((1, 0), (0, 1), (1, 1), (2, 1), (1, 2)):
                low = max(0, i - before)
                left, right = said[low:i], said[j : j + after]
                if len(left + said[i:j] + right) > 1:
                    found.append((left + said[i:j] + right, left + wanted[k:m] + right))
    return found


def _letters(word: str) -> set[str]:
    written = f"^{word}$"
    return {written[i : i + n] for n in LENGTHS for i in range(len(written) - n + 1)}


def _bare(said: str) -> str:
    return folded(said.strip("^$"), stress=False)


def _nurse(reading: str) -> str:
    """CMUdict's one vowel as two: stressed in "nurse" and "strut", else schwa."""
    return reading.replace("ˈəɹ", "ˈɜɹ").replace("ˌəɹ", "ˌɜɹ").replace("ˈə", "ˈʌ").replace("ˌə", "ˌʌ")


if __name__ == "__main__":
    main()
