"""Follows one request from its arrival to its end: what it used, how it fared, its line in the log, its trace."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.websockets import WebSocketDisconnect

from openwaves.api.errors import status_of
from openwaves.errors import CancelledWorkError, OpenWavesError
from openwaves.observing import Piece, watching
from openwaves.storage.accounts import Caller

if TYPE_CHECKING:
    from openwaves.api.state import State

log = logging.getLogger("openwaves.access")

UNKNOWN = "none"
"""Model of a request that ended before it was read."""


class RequestWatch:
    """One request: an HTTP answer, an utterance on a socket, or a session on one. ``end`` must be called.

    It is counted from its beginning on; the task that makes it, and what that makes, work under it.

    Attributes:
        capability: What is asked for; ``tts`` and so on.
        transport: How it came.
        model: By its name on the wire; set once it is known to exist.
        ids: Names of the request, of the server's and the client's giving, for logs and traces.
        facts: What else the log tells of it.
        trace: Its trace; None where none is kept.
    """

    def __init__(
        self,
        state: "State",
        caller: Caller,
        capability: str,
        transport: str,
        connection: HTTPConnection,
        **ids: str,
    ) -> None:
        """Begin.

        Args:
            state: The server's.
            caller: Who asks.
            capability: What is asked for.
            transport: How it came.
            connection: What it came on.
            ids: The server's names of the request.
        """
        self.capability, self.transport, self.model = capability, transport, UNKNOWN
        self.ids: dict[str, str] = ids
        self.facts: dict[str, Any] = {"account": caller.account.id}
        self._state = state
        self._figures = state.figures
        self._meter = state.store.usage.begin(caller)
        self._account = caller.account.id
        self._began = self._asked = time.monotonic()
        self._outcome = ""
        self._audio_s = {"made": 0.0, "heard": 0.0}
        self._first_sound_s: float | None = None
        self._counts_as: tuple[str, str, str] | None = None
        self._is_over = False
        self.trace = state.tracing.begin(capability, connection.headers, self._began) if state.tracing else None
        if self.trace is not None:
            self.trace.name(self.ids)
        watching.set(self)

    def known(self, model: str, **ids: str | None) -> None:
        """The request is read: its model, and further names of it."""
        self.model = model
        self.ids |= {name: value for name, value in ids.items() if value}
        self._counts_as = self._who
        self._figures.active.labels(*self._who).inc()
        if self.trace is not None:
            self.trace.name({"model": model, "transport": self.transport, **self.ids})

    def asked(self) -> None:
        """Its turn has come, or its first text: what is heard first counts from now, unless it was heard already."""
        if self._first_sound_s is None:
            self._asked = time.monotonic()

    def received(self) -> None:
        """All of the request is there, and can be served."""
        if self.trace is not None:
            self.trace.received(time.monotonic())

    def span(self, name: str, began: float, **attributes: Any) -> None:
        """Something of it that began then, on the monotonic clock, is over; for its trace."""
        if self.trace is not None:
            self.trace.span(name, began, time.monotonic(), **attributes)

    def text(self, name: str, text: str) -> None:
        """What was spoken or heard; kept for the log only if the settings ask."""
        if self._state.settings.log_texts:
            self.facts[name] = self.facts.get(name, "") + text

    def add_audio(self, seconds: float) -> None:
        """Sound goes out."""
        if seconds <= 0:
            return
        if self._first_sound_s is None:
            self._first_sound_s = time.monotonic() - self._asked
            if self.capability != "s2s":  # a talk's answers have figures of their own
                self._figures.first_sound.labels(*self._who).observe(self._first_sound_s)
            if self.trace is not None and self.capability != "s2s":
                self.trace.span("first sound", self._asked, self._asked + self._first_sound_s)
        self._meter.add_audio(seconds)
        self._add("made", seconds)

    def add_heard(self, seconds: float) -> None:
        """Sound was listened to."""
        if seconds <= 0:
            return
        self._meter.add_heard(seconds)
        self._add("heard", seconds)

    def add_tokens(self, prompt: int, completion: int) -> None:
        """Tokens of a chat were used."""
        self._meter.add_tokens(prompt, completion)
        self.facts["tokens"] = self.facts.get("tokens", 0) + completion

    def fail(self, error: BaseException | None = None) -> None:
        """It goes wrong; counts once as an error, unless the client left."""
        outcome = outcome_of(error)
        if outcome != "cancelled":
            self._meter.fail()
        if not self._outcome:
            self._outcome = outcome
            if isinstance(error, OpenWavesError):
                self.facts["error"] = error.code

    async def commit(self) -> None:
        """Wait until no crash can lose what was counted."""
        await self._meter.commit()

    def end(self, error: BaseException | None = None) -> None:
        """It is over, perhaps by an error; the first call counts."""
        if self._is_over:
            return
        self._is_over = True
        if error is not None:
            self.fail(error)
        outcome = self._outcome = self._outcome or "complete"
        if self._counts_as is not None:
            self._figures.active.labels(*self._counts_as).dec()
        self._figures.answers.labels(*self._who, outcome).inc()
        if self._figures.accounts is not None:
            self._figures.accounts.labels(self._account, self.capability).inc()
        if self.trace is not None:
            self.trace.end(outcome, {f"{name}_s": value for name, value in self._audio_s.items() if value})
        if self.transport == "websocket":
            self._log()

    def told(self) -> dict[str, Any]:
        """What the log tells of it."""
        first = None if self._first_sound_s is None else round(1000 * self._first_sound_s, 1)
        told = {
            **self.ids,
            "capability": self.capability,
            "model": self.model,
            "transport": self.transport,
            "outcome": self._outcome or "complete",
            "first_sound_ms": first,
            "audio_s": round(self._audio_s["made"], 3) or None,
            "heard_s": round(self._audio_s["heard"], 3) or None,
            **self.facts,
        }
        return {name: value for name, value in told.items() if value is not None}

    def worked(self, piece: Piece) -> None:
        """See ``Watch``."""
        self._figures.worked(self.capability, piece)
        if self.trace is not None:
            self.trace.worked(piece)

    def ran_dry(self) -> None:
        """See ``Watch``."""
        self._figures.underruns.labels(*self._who).inc()

    def paused(self) -> None:
        """See ``Watch``."""
        self._figures.gaps.labels(*self._who).inc()

    @property
    def _who(self) -> tuple[str, str, str]:
        return self.capability, self.model, self.transport

    def _add(self, direction: str, seconds: float) -> None:
        self._audio_s[direction] += seconds
        self._figures.audio.labels(*self._who, direction).inc(seconds)
        if self._figures.account_audio is not None:
            self._figures.account_audio.labels(self._account, self.capability, direction).inc(seconds)

    def _log(self) -> None:
        spent_ms = 1000 * (time.monotonic() - self._began)
        told = self.told()
        name = self.ids.get("request_id") or self.ids.get("session_id", "")
        line = "%s %s on a socket %.0f ms %s"
        fields = {**told, "ms": round(spent_ms, 1)}
        log.info(line, self.capability, told["outcome"], spent_ms, name, extra={"fields": fields})


def outcome_of(error: BaseException | None) -> str:
    """How a request ended that an error ended."""
    if isinstance(error, ClientDisconnect | WebSocketDisconnect | asyncio.CancelledError | CancelledWorkError):
        return "cancelled"
    if not isinstance(error, OpenWavesError):
        return "failed"
    status = status_of(error)[0]
    return "refused" if status in (429, 503) else "invalid" if status < 500 else "failed"
