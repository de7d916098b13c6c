"""Figures of file transcription for ``/metrics``, and how many files are heard at once."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

MOST_AT_ONCE = 24
"""Files that are decoded and heard at once: each has a process and a thread."""
MOST_BEHIND = 4
"""Those among them whose answers go to webhooks."""
FACTORS = (1, 2, 5, 10, 15, 20, 30, 50, 100)


class TranscriptionFigures:
    """Counts what was heard, and how fast."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._active = Gauge("asr_active_requests", "Files that are being transcribed.", registry=registry)
        self._seconds = Counter(
            "openwaves_transcribed_audio_seconds", "Seconds of sound of transcribed files.", registry=registry
        )
        self._speed = Histogram(
            "openwaves_transcription_speed",
            "Seconds of sound for each second from the end of an upload to its text.",
            buckets=FACTORS,
            registry=registry,
        )
        self._turns, self._turns_behind = asyncio.Semaphore(MOST_AT_ONCE), asyncio.Semaphore(MOST_BEHIND)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Hold one of the places in which files are heard, in the order in which they came."""
        return self._turns

    def turn_behind(self) -> AbstractAsyncContextManager[None]:
        """The same for a file whose answer nobody waits for; it needs the other one as well."""
        return self._turns_behind

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a file that is being transcribed while the block runs."""
        self._active.inc()
        try:
            yield
        finally:
            self._active.dec()

    def heard(self, duration_s: float, spent_s: float) -> None:
        """Count one file."""
        self._seconds.inc(duration_s)
        self._speed.observe(duration_s / max(spent_s, 1e-3))
