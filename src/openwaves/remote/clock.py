"""The processor time of another process."""

import sys
import time

_SCHEDULED = 2  # CPUCLOCK_SCHED


def cpu_time_of(pid: int) -> float | None:
    """Processor time of a process so far, in seconds; None if it has ended or the system does not tell.

    Source: glibc's ``clock_getcpuclockid`` and the kernel's ``MAKE_PROCESS_CPUCLOCK``.
    """
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED)
    except OSError:
        return None
