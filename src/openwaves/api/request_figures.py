"""Figures of requests for ``/metrics``: by capability, model and transport; by account only where the settings ask."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from openwaves.observing import Piece

CAPABILITIES = ("tts", "stt", "chat", "s2s")
TRANSPORTS = ("http", "sse", "websocket")
OUTCOMES = ("complete", "invalid", "refused", "failed", "cancelled")
_WHO = ["capability", "model", "transport"]
_SOUND_S = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10)
_WAIT_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FACTORS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5)


class RequestFigures:
    """Counts over all requests of this process. A request is an HTTP answer, an utterance on a socket, or a session."""

    def __init__(self, registry: CollectorRegistry, *, by_account: bool) -> None:
        self.active = Gauge("openwaves_active", "Requests under way.", _WHO, registry=registry)
        self.answers = Counter(
            "openwaves_answers", "Requests by how they ended.", [*_WHO, "outcome"], registry=registry
        )
        self.first_sound = Histogram(
            "openwaves_first_sound_seconds",
            "Time between a request and its first sound.",
            _WHO,
            buckets=_SOUND_S,
            registry=registry,
        )
        self.audio = Counter(
            "openwaves_audio_seconds",
            "Seconds of sound that was made or heard.",
            [*_WHO, "direction"],
            registry=registry,
        )
        self.underruns = Counter(
            "openwaves_underruns", "Times at which a live listener ran dry.", _WHO, registry=registry
        )
        self.gaps = Counter(
            "openwaves_frame_gaps",
            "Pauses of more than 200 ms between frames of sound while more was being made.",
            _WHO,
            registry=registry,
        )
        self.queue_wait = Histogram(
            "openwaves_queue_wait_seconds",
            "Time that a piece of work waited for a worker.",
            ["capability", "engine"],
            buckets=_WAIT_S,
            registry=registry,
        )
        self.factor = Histogram(
            "openwaves_real_time_factor",
            "Seconds of work for each second of sound, of a piece.",
            ["capability", "engine"],
            buckets=_FACTORS,
            registry=registry,
        )
        self.sockets = Gauge("openwaves_sockets", "Open sockets.", ["capability"], registry=registry)
        for capability in CAPABILITIES:
            self.sockets.labels(capability)
        self.accounts: Counter | None = None
        self.account_audio: Counter | None = None
        if by_account:
            self.accounts = Counter(
                "openwaves_account_requests",
                "Requests of each account; only with metrics_by_account.",
                ["account", "capability"],
                registry=registry,
            )
            self.account_audio = Counter(
                "openwaves_account_audio_seconds",
                "Seconds of sound of each account; only with metrics_by_account.",
                ["account", "capability", "direction"],
                registry=registry,
            )

    @contextmanager
    def socket(self, capability: str) -> Iterator[None]:
        """Count a socket while the block runs."""
        self.sockets.labels(capability).inc()
        try:
            yield
        finally:
            self.sockets.labels(capability).dec()

    def worked(self, capability: str, piece: Piece) -> None:
        """Take note of a piece of work. Thread-safe."""
        engine, audio_s = engine_of(piece)
        if piece.arrived is not None:
            self.queue_wait.labels(capability, engine).observe(piece.began - piece.arrived)
        if audio_s > 0 and not piece.error:
            self.factor.labels(capability, engine).observe((piece.ended - piece.began) / audio_s)


def engine_of(piece: Piece) -> tuple[str, float]:
    """The name of what did a piece of work, and the seconds of sound that it made or heard."""
    kind: Hashable = piece.kind
    if not isinstance(kind, tuple):
        return str(kind), 0.0
    what, name = kind[0], str(kind[1])
    return name, piece.size if what == "stt" and name != "language" else piece.lasts_s
