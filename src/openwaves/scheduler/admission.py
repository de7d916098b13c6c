"""Can one listener more be served without a gap for those who are being served?"""

from collections.abc import Sequence
from typing import NamedTuple

USABLE = 0.9  # share of the workers' time that streams may need in the long run
CAUTION = 1.15  # factor on the expected work
MARGIN_S = 0.03


class Due(NamedTuple):
    """A piece of work and when its listener runs dry without it.

    Attributes:
        due_s: Seconds from now.
        work_s: Time on the cores that it keeps busy, summed.
        is_promised: False for work that nobody hears at once, such as pieces of a whole file.
    """

    due_s: float
    work_s: float
    is_promised: bool = True


def can_begin(n_workers: int, under_way: Sequence[Due], first_work_s: float, later: Sequence[Due], load: float) -> bool:
    """Whether a new listener can begin now.

    The jobs run by earliest due time on ``n_workers`` workers without interruption. A job then ends at the latest
    when all work due before it is done on all workers, and then its own; that must not be later than it is due.
    Source: list scheduling bound of Graham (1969) for earliest deadline first.

    Args:
        n_workers: Workers.
        under_way: What is promised to others or runs now; running work is due now and not promised any more.
        first_work_s: Work of the new listener's first segment, which goes before everything else.
        later: The new listener's other known segments, due in seconds after its first sound.
        load: Work for each second of sound, summed over all listeners who still await sound, the new one included.
    """
    if load * CAUTION > USABLE * n_workers:
        return False
    first_s = first_work_s * CAUTION
    begin_s = sum(work.work_s for work in under_way if work.due_s <= 0) * CAUTION / n_workers + first_s
    mine = [Due(begin_s + due_s, work_s) for due_s, work_s, _ in later]
    before_s = first_s
    for due_s, work_s, is_promised in sorted([*under_way, *mine]):
        end_s = before_s / n_workers + work_s * CAUTION
        if is_promised and end_s + MARGIN_S > max(due_s, 0.0) and due_s > 0:
            return False
        before_s += work_s * CAUTION
    return True
