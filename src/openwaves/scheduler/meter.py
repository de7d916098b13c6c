"""How many cores a job keeps busy: some networks take one, some spread over all that are idle."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Reading(NamedTuple):
    """A moment.

    Attributes:
        cpu_s: CPU time of the process so far.
        jobs_s: Sum of the times for which each job so far has run.
    """

    cpu_s: float
    jobs_s: float


class CoreMeter:
    """Sets the CPU time of the process against the time for which its jobs ran. Not thread-safe."""

    def __init__(self, cpu_time: Callable[[], float] = time.process_time) -> None:
        """Begin with no jobs.

        Args:
            cpu_time: CPU time of what does the jobs so far, in seconds.
        """
        self._cpu_time = cpu_time
        self._n_running = 0
        self._jobs_s = 0.0
        self._changed = time.monotonic()

    def running(self, n_jobs: int) -> Reading:
        """So many jobs run from now on."""
        now = time.monotonic()
        self._jobs_s += self._n_running * (now - self._changed)
        self._n_running, self._changed = n_jobs, now
        return Reading(self._cpu_time(), self._jobs_s)


def cores(begin: Reading, end: Reading, most: int) -> float:
    """Cores that each job had between two moments, at least one: what other programs take is not idle."""
    jobs_s = end.jobs_s - begin.jobs_s
    return min(float(most), max(1.0, (end.cpu_s - begin.cpu_s) / jobs_s)) if jobs_s > 0 else 1.0
