"""What a load run is asked to do."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Mode = Literal["sync", "sse", "ws"]
Arrivals = Literal["burst", "steady", "poisson"]

BYTES_PER_SAMPLE = {"pcm": 2, "ulaw": 1, "mulaw": 1, "alaw": 1}
"""The formats whose length in seconds follows from their length in bytes: those that can be streamed here."""
FORMATS = (*BYTES_PER_SAMPLE, "wav", "mp3")
SAMPLE_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """One run.

    Attributes:
        url: Base URL of the server, without a slash at its end.
        key: API key; empty sends none.
        mode: Route that is used.
        clients: Clients at once.
        duration_s: No request starts later than this; None is no limit.
        requests: Requests of each client; None is no limit.
        arrivals: ``burst``: each client starts its next request when the last has ended; ``steady`` and ``poisson``:
            requests come at ``rate`` whatever the server does, and any free client takes the next.
        ramp_s: The clients of a burst start evenly within this time.
        rate: Requests per second of ``steady`` and ``poisson``.
        voices: Voices in turn.
        language: Language of the texts.
        texts: Texts in turn.
        sample_rate: Hz.
        output_format: One of ``FORMATS``.
        paced: A client is busy until its sound has been played.
        timeout_s: Longest time of one request.
        server_pid: Process whose CPU time and memory are read.
        seed: Seed of the Poisson gaps.
    """

    url: str
    key: str
    mode: Mode
    clients: int
    duration_s: float | None
    requests: int | None
    arrivals: Arrivals
    ramp_s: float
    rate: float
    voices: tuple[str, ...]
    language: str
    texts: tuple[str, ...]
    sample_rate: int
    output_format: str
    paced: bool
    timeout_s: float
    server_pid: int | None
    seed: int = 0

    @property
    def total(self) -> int | None:
        """Requests of all clients together, if that is fixed."""
        return None if self.requests is None else self.requests * self.clients

    @property
    def bytes_per_second(self) -> int:
        """Of a format in ``BYTES_PER_SAMPLE``."""
        return self.sample_rate * BYTES_PER_SAMPLE[self.output_format]

    def body(self, number: int) -> dict[str, Any]:
        """The speech request that is the run's ``number``-th, from 0: voices change fastest, then texts."""
        round_, voice = divmod(number, len(self.voices))
        return {
            "text": self.texts[round_ % len(self.texts)],
            "voice_id": self.voices[voice],
            "language": self.language,
            "sample_rate": self.sample_rate,
            "output_format": self.output_format,
        }

    def public(self) -> dict[str, Any]:
        """For the report: everything but the key, and the texts' number in place of the texts."""
        values = asdict(self)
        del values["key"]
        return {**values, "texts": len(self.texts)}
