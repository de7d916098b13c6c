"""What is measured: a value with its spread, and how it is printed and compared with its band."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

BANDS = Path(__file__).with_name("bands.toml")
_N_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """One value.

    Attributes:
        part: Of the bench.
        subject: What was measured, such as a voice.
        measure: Such as ``WER, %``.
        value: Over everything that was measured.
        low: Lower end of its 95 % interval.
        high: Upper end.
        n: Sentences.
    """

    part: str
    subject: str
    measure: str
    value: float
    low: float
    high: float
    n: int

    @property
    def key(self) -> str:
        """Its name among the bands."""
        return f"{self.part} | {self.subject} | {self.measure}"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence and what was understood.

    Attributes:
        part: Of the bench.
        subject: Who spoke.
        text: What was to be said.
        heard: What the recogniser wrote.
        errors: How much of it is wrong, in words or letters.
    """

    part: str
    subject: str
    text: str
    heard: str
    errors: int


@dataclass
class Found:
    """All that was measured so far.

    Attributes:
        figures: In the order in which they were measured.
        heard: The same.
        path: JSON file that is written after each figure.
    """

    figures: list[Figure] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    path: Path | None = None

    def add(self, figure: Figure) -> None:
        """Keep a figure."""
        self.figures.append(figure)
        if self.path is not None:
            everything = {"figures": [*map(asdict, self.figures)], "heard": [*map(asdict, self.heard)]}
            self.path.write_text(json.dumps(everything, indent=1, ensure_ascii=False), encoding="utf-8")


def rate(part: str, subject: str, measure: str, counts: Sequence[tuple[float, int]]) -> Figure:
    """A share in percent: the sum of the first of each pair over the sum of the second.

    The interval is that of 2000 draws of as many sentences, with repeats (bootstrap).
    """
    table = np.array(counts, float)
    draws = np.random.default_rng(0).integers(0, len(table), (_N_DRAWS, len(table)))
    sums = table[draws].sum(axis=1)
    low, high = np.quantile(100 * sums[:, 0] / sums[:, 1], [0.025, 0.975])
    value = 100 * table[:, 0].sum() / table[:, 1].sum()
    return Figure(part, subject, measure, float(value), float(low), float(high), len(table))


def mean(part: str, subject: str, measure: str, values: Sequence[float]) -> Figure:
    """A mean with twice its standard error to both sides."""
    value = float(np.mean(values))
    spread = 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return Figure(part, subject, measure, value, value - spread, value + spread, len(values))


def table(figures: Sequence[Figure]) -> str:
    """Markdown, a table for each part: rows are subjects, columns measures."""
    lines: list[str] = []
    for part in dict.fromkeys(figure.part for figure in figures):
        rows = [figure for figure in figures if figure.part == part]
        measures = list(dict.fromkeys(figure.measure for figure in rows))
        lines += ["", f"**{part}**", "", f"| | {' | '.join(measures)} | sentences |"]
        lines.append("|---" * (len(measures) + 2) + "|")
        for subject in dict.fromkeys(figure.subject for figure in rows):
            mine = {figure.measure: figure for figure in rows if figure.subject == subject}
            cells = [_cell(mine.get(measure)) for measure in measures]
            lines.append(f"| {subject} | {' | '.join(cells)} | {max(figure.n for figure in mine.values())} |")
    return "\n".join(lines[1:])


def _cell(figure: Figure | None) -> str:
    return "" if figure is None else f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def bands(name: str) -> dict[str, tuple[float, float]]:
    """The allowed ranges of one table of ``bands.toml``: ``full`` or ``small``."""
    found: Mapping[str, Sequence[float]] = tomllib.loads(BANDS.read_text(encoding="utf-8"))[name]
    return {key: (low, high) for key, (low, high) in found.items()}


def outside(figures: Sequence[Figure], allowed: Mapping[str, tuple[float, float]]) -> list[str]:
    """A line for each figure that is not within its band; figures without a band are free."""
    lines = []
    for figure in figures:
        low, high = allowed.get(figure.key, (-math.inf, math.inf))
        if not low <= figure.value <= high:
            lines.append(f"{figure.key}: {figure.value:.2f} is not within {low} to {high}")
    return lines
