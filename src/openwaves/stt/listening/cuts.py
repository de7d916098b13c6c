"""How a text compares with the one before it, and where words can be parted."""

from collections.abc import Sequence

from openwaves.stt.transcript import Word


def common(before: Sequence[Word], now: Sequence[Word]) -> int:
    """Words at the beginning that are the same."""
    n = 0
    while n < min(len(before), len(now)) and before[n].text == now[n].text:
        n += 1
    return n


def leaps(before: Sequence[Word], now: Sequence[Word]) -> bool:
    """Whether there are fewer words, and they begin otherwise."""
    return 0 < len(now) < len(before) and now[0].text != before[0].text


def end_of_clause(words: Sequence[Word], most: int) -> int:
    """Where a final of about ``most`` words ends best: behind punctuation, if there is any in its second half."""
    for n in range(min(most + 1, len(words) - 1), max(most // 2, 1), -1):
        if words[n - 1].text[-1:] in ".,?!;:।。、":
            return n
    return most


def parted(words: tuple[Word, ...], most: int | None) -> list[tuple[Word, ...]]:
    """The words in finals of about ``most`` words; None: in one."""
    pieces = []
    while most is not None and len(words) > 1.4 * most + 1:
        n = end_of_clause(words, most)
        pieces.append(words[:n])
        words = words[n:]
    return [*pieces, words] if words else pieces


def best_cut(words: Sequence[Word], n_least: int, length_s: float) -> tuple[int, float]:
    """Behind how many words a segment that is too long is split, and at which second.

    The widest gap in its second half; the last two words may be cut themselves and stay in.
    """
    most = max(len(words) - 2, n_least)
    choices = [n for n in range(max(n_least, 1), most + 1) if n < len(words) and words[n].start_s > length_s / 2]
    if choices:
        best = max(choices, key=lambda n: words[n].start_s - words[n - 1].end_s)
        return best, (words[best - 1].end_s + words[best].start_s) / 2
    if most and words:
        return most, words[most - 1].end_s
    return 0, max(0.0, length_s - 2.0)
