"""What work costs and how long its sound lasts, learnt from what was done."""

import math
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, NamedTuple

from openwaves.scheduler.work import Work

LEARNING_RATE = 0.2
FORGETTING_RATE = 0.02  # of cores: that a piece had to share them does not say that it can use no more
CLASSES = 2  # of size up to each double: long pieces give less sound for a character
LEAST_PART_S = 0.3  # of sound, in what is expected of parts


class Estimate(NamedTuple):
    """What a piece of work is expected to cost and to give.

    Attributes:
        work_s: Time on the cores that it keeps busy, summed.
        lasts_s: Length of its sound; 0 for what is not played.
        cores: Cores that it keeps busy at once.
        first_work_s: The work until its first sound, if it comes in parts; else 0.
        first_lasts_s: The length of that sound.
    """

    work_s: float
    lasts_s: float
    cores: float = 1.0
    first_work_s: float = 0.0
    first_lasts_s: float = 0.0

    @property
    def wall_s(self) -> float:
        """How long it runs."""
        return self.work_s / self.cores

    @property
    def ratio(self) -> float:
        """Work for each second of sound."""
        return self.work_s / max(self.lasts_s, 1e-3)

    def times(self, factor: float) -> "Estimate":
        """For so many times the size."""
        first_s = self.first_work_s * factor, self.first_lasts_s * factor
        return Estimate(self.work_s * factor, self.lasts_s * factor, self.cores, *first_s)

    @property
    def parts(self) -> list["Estimate"]:
        """What comes one after another: the first sound, then parts that grow."""
        if not self.first_work_s:
            return [self]
        parts = [Estimate(self.first_work_s, self.first_lasts_s, self.cores)]
        left = self.after(parts[0])
        part_s = 2 * max(self.first_lasts_s, LEAST_PART_S)
        while left.lasts_s > part_s:
            parts.append(Estimate(left.work_s * part_s / left.lasts_s, part_s, self.cores))
            left = left.after(parts[-1])
            part_s *= 3
        return [*parts, left] if left.lasts_s > 0 else parts

    def after(self, part: "Estimate") -> "Estimate":
        """What is left after a part."""
        left_s = max(0.0, self.work_s - part.work_s), max(0.0, self.lasts_s - part.lasts_s)
        return Estimate(*left_s, self.cores)

    def and_then(self, part: "Estimate") -> "Estimate":
        """With one part more."""
        return self._replace(
            work_s=self.work_s + part.work_s, lasts_s=self.lasts_s + part.lasts_s, cores=max(self.cores, part.cores)
        )

    def going_on(self, part_s: float) -> "Estimate":
        """The same, in parts of even work, the first of which gives so much sound."""
        part_s = min(part_s, self.lasts_s)
        return self._replace(first_work_s=self.ratio * part_s, first_lasts_s=part_s) if part_s > 0 else self


FIRST_OF_SIZE_1 = Estimate(work_s=0.0105, lasts_s=0.07)
"""Of kinds that are not known yet: about that of a character of speech."""


class Costs:
    """Moving averages for each kind and class of size: small pieces cost more for each unit. Not thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[int, Estimate]] = {}

    def knows(self, work: Work[Any]) -> bool:
        """Whether anything of its kind has been done."""
        return work.kind in self._known

    def estimate(self, work: Work[Any]) -> Estimate:
        """What to expect: what is known of its class of size, else of the nearest."""
        known = self._known.get(work.kind)
        if not known:
            return FIRST_OF_SIZE_1.times(work.size)
        size = _class(work)
        return known[min(known, key=lambda other: abs(other - size))].times(work.size)

    def usual(self, work: Work[Any]) -> Estimate:
        """What a piece of the largest known class of a work's kind is like, if that is larger than the work."""
        largest = max(self._known.get(work.kind, ()), default=0)
        size = max(work.size, 2 ** ((largest + 0.5) / CLASSES))
        return self.estimate(replace(work, size=size))

    def learn(self, work: Work[Any], found: Estimate) -> None:
        """Take in how a piece of work went."""
        found = found.times(1 / work.size)
        known = self._known.setdefault(work.kind, {})
        before = known.get(_class(work), found)
        cores_rate = LEARNING_RATE if found.cores > before.cores else FORGETTING_RATE
        known[_class(work)] = Estimate(
            before.work_s + LEARNING_RATE * (found.work_s - before.work_s),
            before.lasts_s + LEARNING_RATE * (found.lasts_s - before.lasts_s),
            before.cores + cores_rate * (found.cores - before.cores),
        )


def _class(work: Work[Any]) -> int:
    """Class of a size: ``CLASSES`` of them lie between one and its double."""
    return math.floor(CLASSES * math.log2(max(work.size, 1.0)))
