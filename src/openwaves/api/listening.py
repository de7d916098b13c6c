"""How live recognition fares, for ``/metrics``."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FINAL_BUCKETS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0)


class ListeningFigures:
    """Counts and times over all sessions of this process.

    Attributes:
        final: Seconds between the moment at which a final was asked for, or its silence was over, and the final.
        lag: Seconds between the last sound of an interim text and the text.
        skipped: Interim texts that were left out under load.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge("asr_active_streams", "Open sockets of live recognition.", registry=registry)
        self.final = Histogram(
            "openwaves_final_seconds",
            "Time between the end of the wait, or the client's wish, and the final text.",
            ["model"],
            buckets=FINAL_BUCKETS,
            registry=registry,
        )
        self.lag = Histogram(
            "openwaves_interim_lag_seconds",
            "Time between the last sound of an interim text and the text.",
            ["model"],
            buckets=FINAL_BUCKETS,
            registry=registry,
        )
        self.skipped = Counter(
            "openwaves_interims_skipped", "Interim texts that were left out under load.", registry=registry
        )

    @contextmanager
    def session(self) -> Iterator[None]:
        """Count a session while the block runs."""
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()
