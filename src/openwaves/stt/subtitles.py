"""Subtitles of words: cues of two short lines, as SubRip (``.srt``) and WebVTT (``.vtt``).

Source of the limits: BBC Subtitle Guidelines and Netflix Timed Text Style Guide, both of which end a cue at a sentence,
a pause or another speaker, and break lines at punctuation.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openwaves.stt.transcript import Word, separator

LINE_WIDTH = 42
"""Columns of a line; a Chinese or Japanese sign takes two."""
MOST_LINES = 2
LONGEST_S = 7.0
_SHORTEST_S = 1.0
_PAUSE_S = 1.0
"""Silence that ends a cue."""
_SENTENCE_ENDS = (".", "?", "!", "…", "।", "。", "？", "！")
_CLAUSE_ENDS = (*_SENTENCE_ENDS, ",", ";", ":", "、", "，")
_CLAUSE_GAIN = 12
"""Columns of imbalance that a line break at punctuation is worth."""


class Cue(NamedTuple):
    """One subtitle.

    Attributes:
        start_s: When it appears.
        end_s: When it goes, at most ``LONGEST_S`` later and not after the next one appears.
        lines: One or two, each at most ``LINE_WIDTH`` columns wide.
        speaker: Number of its speaker, None if nobody asked.
    """

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    speaker: int | None = None


def cues(words: Iterable[Word], language: str) -> list[Cue]:
    """Words as subtitles.

    Args:
        words: In order, with times.
        language: Their code; Chinese and Japanese have no spaces between words.
    """
    space = separator(language)
    groups: list[list[Word]] = []
    for word in (part for whole in words for part in _parts(whole)):
        if not groups or _ends(groups[-1], word, space):
            groups.append([])
        groups[-1].append(word)
    limits_s = [*(group[0].start_s for group in groups[1:]), float("inf")]
    return [_cue(group, limit_s, space) for group, limit_s in zip(groups, limits_s, strict=False)]


def word_cues(words: Iterable[Word]) -> list[Cue]:
    """A cue for every word, while it is said."""
    return [Cue(word.start_s, word.end_s, (word.text,), word.speaker) for word in words if word.text]


def srt(subtitles: Sequence[Cue]) -> str:
    """The text of a SubRip file."""
    blocks = (
        f"{number}\n{_clock(cue.start_s, ',')} --> {_clock(cue.end_s, ',')}\n{_name(cue)}" + "\n".join(cue.lines) + "\n"
        for number, cue in enumerate(subtitles, 1)
    )
    return "\n".join(blocks)


def vtt(subtitles: Sequence[Cue]) -> str:
    """The text of a WebVTT file. Source: W3C, WebVTT, section 4."""
    blocks = [
        f"{_clock(cue.start_s, '.')} --> {_clock(cue.end_s, '.')}\n{_voice(cue)}{_escaped(cue.lines)}\n"
        for cue in subtitles
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _width(text: str) -> int:
    """Columns that a text takes; combining signs take none."""
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in {"W", "F"}) for sign in text
    )


def _parts(word: Word) -> Iterable[Word]:
    """The word, cut where it is wider than a line."""
    if _width(word.text) <= LINE_WIDTH:
        return [word] if word.text else []
    size = LINE_WIDTH // 2
    pieces = [word.text[at : at + size] for at in range(0, len(word.text), size)]
    share_s = (word.end_s - word.start_s) / len(pieces)
    times = (word.start_s + number * share_s for number in range(len(pieces)))
    return [
        Word(text, at, at + share_s, word.confidence, speaker=word.speaker)
        for text, at in zip(pieces, times, strict=True)
    ]


def _ends(group: list[Word], word: Word, space: str) -> bool:
    """Whether a cue ends before a word."""
    last, first = group[-1], group[0]
    if word.speaker != last.speaker or word.start_s - last.end_s >= _PAUSE_S or word.end_s - first.start_s > LONGEST_S:
        return True
    if last.text.endswith(_SENTENCE_ENDS) and last.end_s - first.start_s >= _SHORTEST_S:
        return True
    return not _wrapped([*group, word], space)


def _wrapped(group: Sequence[Word], space: str) -> tuple[str, ...]:
    """The lines of a cue, the best balanced ones; none if they do not fit."""
    texts = [word.text for word in group]
    whole = space.join(texts)
    if _width(whole) <= LINE_WIDTH:
        return (whole,)
    best: tuple[int, tuple[str, ...]] | None = None
    for cut in range(1, len(texts)):
        lines = space.join(texts[:cut]), space.join(texts[cut:])
        widths = [_width(line) for line in lines]
        if max(widths) > LINE_WIDTH:
            continue
        cost = abs(widths[0] - widths[1]) - _CLAUSE_GAIN * texts[cut - 1].endswith(_CLAUSE_ENDS)
        if best is None or cost < best[0]:
            best = cost, lines
    return best[1] if best else ()


def _cue(group: list[Word], following_s: float, space: str) -> Cue:
    """A cue that stays long enough to be read where there is time."""
    start_s = group[0].start_s
    end_s = max(group[-1].end_s, start_s + _SHORTEST_S)
    return Cue(
        start_s, max(start_s, min(end_s, start_s + LONGEST_S, following_s)), _wrapped(group, space), group[0].speaker
    )


def _clock(seconds: float, mark: str) -> str:
    """``01:02:03,456``."""
    millis = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(millis, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"


def _name(cue: Cue) -> str:
    return "" if cue.speaker is None else f"Speaker {cue.speaker}: "


def _voice(cue: Cue) -> str:
    return "" if cue.speaker is None else f"<v Speaker {cue.speaker}>"


def _escaped(lines: Sequence[str]) -> str:
    """Lines without signs that WebVTT reads as marks."""
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
