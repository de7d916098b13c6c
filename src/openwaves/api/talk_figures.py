"""How talks fare, for ``/metrics``."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from openwaves.s2s.told import Output, ResponseDone, Trace

_SOUND_S = (0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 2.0, 3.0, 5.0, 10.0)


class TalkFigures:
    """Counts and times over all talks of this process.

    Attributes:
        n_open: Sessions that are open.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.n_open = 0
        self._open = Gauge("openwaves_talk_sessions", "Open sessions of speech to speech.", registry=registry)
        self._refused = Counter(
            "openwaves_talk_refused", "Sessions that were refused with server_full.", registry=registry
        )
        self._responses = Counter(
            "openwaves_talk_responses", "Answers by how they ended.", ["status"], registry=registry
        )
        self._cut = Counter(
            "openwaves_talk_interrupted", "Answers that the user cut while they sounded.", registry=registry
        )
        self._first_sound = Histogram(
            "openwaves_talk_first_sound_seconds",
            "Time between the end of the user's speech and the first sound of the answer.",
            buckets=_SOUND_S,
            registry=registry,
        )
        self._decided = Histogram(
            "openwaves_talk_decided_seconds",
            "Time between the end of the user's speech and the decision that the turn is over.",
            buckets=_SOUND_S,
            registry=registry,
        )

    @contextmanager
    def session(self) -> Iterator[None]:
        """Count a session while the block runs."""
        self.n_open += 1
        self._open.inc()
        try:
            yield
        finally:
            self.n_open -= 1
            self._open.dec()

    def refuse(self) -> None:
        """A session was refused."""
        self._refused.inc()

    def see(self, output: Output) -> None:
        """Take note of what a client is told."""
        if isinstance(output, ResponseDone):
            self._responses.labels(output.status).inc()
        elif isinstance(output, Trace):
            self._cut.inc(output.was_cut)
            if output.quiet_ms is not None and output.first_sound_ms is not None:
                self._first_sound.observe(output.first_sound_ms / 1000)
            if output.decided_ms is not None:
                self._decided.observe(output.decided_ms / 1000)
