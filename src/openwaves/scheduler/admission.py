"""Can one listener more be served without a gap for those who are being served?

Known is what everybody still awaits: the whole rest of texts that are complete, and of a text that still grows what
has come, taken to go on for ``OPEN_S`` more.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openwaves.scheduler.costs import Estimate

USABLE = 0.9  # share of the workers' time that texts without an end may need in the long run
CAUTION = 1.06  # factor on the expected work
HOPE = 0.9  # the same, for what shall be certain to fail
MARGIN_S = 0.03
HORIZON_S = 20.0  # what is due later is left to later
OPEN_S = 8.0


class Due(NamedTuple):
    """A piece of work and when somebody misses it.

    Attributes:
        due_s: Seconds from now.
        work_s: Time on the cores that it keeps busy, summed.
        wall_s: How long it runs.
        is_promised: False for what nobody hears at once, such as pieces of a whole file, and for what runs already.
    """

    due_s: float
    work_s: float
    wall_s: float
    is_promised: bool = True


class Rest(NamedTuple):
    """What one listener still awaits.

    Attributes:
        dry_s: Seconds from now until it runs dry.
        pieces: What is known, in the order of playback.
        more: The usual piece of a text that may still grow; None if all of it is known.
    """

    dry_s: float
    pieces: Sequence[Estimate]
    more: Estimate | None = None

    @property
    def load(self) -> float:
        """Work for each second of sound in the long run; 0 if there is an end."""
        return self.more.ratio if self.more else 0.0

    def dues(self) -> Iterable[Due]:
        """Its pieces with the moments at which they are due, as far as the horizon."""
        due_s = self.dry_s
        for piece in self.pieces:
            if due_s > HORIZON_S:
                return
            yield Due(due_s, piece.work_s, piece.wall_s)
            due_s += piece.lasts_s
        end_s = min(due_s + OPEN_S, HORIZON_S)
        while self.more and self.more.lasts_s > 0 and due_s < end_s:
            yield Due(due_s, self.more.work_s, self.more.wall_s)
            due_s += self.more.lasts_s


class Newcomer(NamedTuple):
    """A listener without sound so far.

    Attributes:
        wait_s: Seconds until it begins; 0 for one who may begin already.
        rest: What it awaits, at least one piece.
    """

    wait_s: float
    rest: Rest


def can_begin(
    n_workers: float,
    under_way: Sequence[Due],
    rests: Sequence[Rest],
    new: Sequence[Newcomer],
    caution: float = CAUTION,
) -> bool:
    """Whether new listeners can begin, each after those before it.

    The work is done by due time on ``n_workers`` workers without interruption. A piece then ends at the latest when
    all work due before it is done on all workers, and it has run; that must not be later than it is due.
    Source: list scheduling bound of Graham (1969) for earliest deadline first.

    Args:
        n_workers: Workers, less what other sessions keep for themselves.
        under_way: What runs now (due now and not promised any more), and what is due besides the rests.
        rests: What those await who are heard already.
        new: Those who have no sound yet.
        caution: Factor on the expected work.
    """
    rate = sum(rest.load for rest in rests) + sum(newcomer.rest.load for newcomer in new)
    if rate and rate * caution > USABLE * n_workers:
        return False
    works = [*under_way, *(due for rest in rests for due in rest.dues())]
    free_s = sum(work.work_s for work in works if work.due_s <= 0) * caution / n_workers
    for wait_s, rest in new:
        first = rest.pieces[0]
        begin_s = max(free_s, wait_s)
        free_s = begin_s + first.work_s * caution / n_workers
        end_s = begin_s + first.wall_s * caution
        works.append(Due(wait_s, first.work_s, first.wall_s, is_promised=False))
        works += Rest(end_s + first.lasts_s, rest.pieces[1:], rest.more).dues()
    return _is_met(works, n_workers, caution)


def _is_met(works: list[Due], speed: float, caution: float) -> bool:
    """Whether all promises are kept that can still be kept."""
    before_s = 0.0
    for work in sorted(works):
        end_s = before_s / speed + work.wall_s * caution
        if work.is_promised and work.due_s > 0 and end_s + MARGIN_S > work.due_s:
            return False
        before_s += work.work_s * caution
    return True
