"""Traces by OpenTelemetry. Imported only where the settings ask for them; what is spoken or heard is in none.

Where they go is said by the standard variables (``OTEL_EXPORTER_OTLP_ENDPOINT`` and so on), over OTLP/HTTP.
"""

import os
import time
from collections.abc import Mapping
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from openwaves import __version__
from openwaves.api.request_figures import engine_of
from openwaves.observing import Piece
from openwaves.s2s.told import Trace

MOST_SPANS = 256
"""Of one request; a book or a long session has more pieces, which are told by their number only."""

_TURN = (("decide", "decided_ms"), ("first token", "first_token_ms"), ("first sound", "first_sound_ms"))


class Tracing:
    """Makes traces, and sends them in the background. Thread-safe; ``close`` must be called."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        """Begin.

        Args:
            exporter: Where spans go; None for what the environment names.
        """
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "openwaves"}
        self._provider = TracerProvider(resource=Resource.create({**named, "service.version": __version__}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("openwaves", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, capability: str, headers: Mapping[str, str], began: float) -> "RequestTrace":
        """The trace of a request; the caller's if its headers name one.

        Args:
            capability: What is asked for.
            headers: Its headers, lower case.
            began: When it came, on the monotonic clock.
        """
        parent = self._propagator.extract(
            {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        )
        span = self._tracer.start_span(capability, parent, trace.SpanKind.SERVER, start_time=_wall_ns(began))
        span.set_attribute("openwaves.capability", capability)
        return RequestTrace(self._tracer, span, began)

    def close(self) -> None:
        """Send what is left. Blocks."""
        self._provider.shutdown()


class RequestTrace:
    """One request's spans: below its own those of receiving it, waiting, work, and its first sound. Thread-safe."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span, began: float) -> None:
        self._tracer = tracer
        self._span = span
        self._context = trace.set_span_in_context(span)
        self._began = began
        self._is_received = False
        self._n_spans = 0

    def name(self, attributes: Mapping[str, Any]) -> None:
        """What is known of the request."""
        self._span.set_attributes({f"openwaves.{name}": value for name, value in attributes.items()})

    def received(self, now: float) -> None:
        """All of it is there, and can be served; the first call counts."""
        if not self._is_received:
            self._is_received = True
            self.span("receive", self._began, now)

    def span(self, name: str, began: float, ended: float, context: Any = None, **attributes: Any) -> Any:
        """A span that is over; the context of those below it."""
        self._n_spans += 1
        if self._n_spans > MOST_SPANS:
            return context or self._context
        told = {f"openwaves.{key}": value for key, value in attributes.items() if value not in (None, "")}
        span = self._tracer.start_span(name, context or self._context, start_time=_wall_ns(began), attributes=told)
        span.end(_wall_ns(ended))
        return trace.set_span_in_context(span)

    def worked(self, piece: Piece) -> None:
        """A piece of work: what it waited, and what it took."""
        self.received(piece.began if piece.arrived is None else piece.arrived)
        if piece.arrived is not None:
            self.span("queue", piece.arrived, piece.began)
        engine, audio_s = engine_of(piece)
        what = piece.kind[0] if isinstance(piece.kind, tuple) else str(piece.kind)
        name = {"speech": "synthesize", "stt": "transcribe"}.get(str(what), "work")
        told = {"engine": engine, "size": piece.size, "audio_s": audio_s, "error": piece.error}
        self.span(name, piece.began, piece.ended, **told)

    def turn(self, told: Trace) -> None:
        """A turn of a talk is over."""
        parts = [(name, getattr(told, field)) for name, field in _TURN]
        last_ms = max([ms for ms in (told.done_ms, *(ms for _, ms in parts)) if ms is not None], default=None)
        if last_ms is None:
            return
        began = time.monotonic() - max(last_ms, told.heard_ms or 0.0) / 1000
        context = self.span(
            "turn",
            began,
            began + last_ms / 1000,
            response=told.response,
            audio_s=told.audio_s,
            was_cut=told.was_cut,
            completion_tokens=told.usage.completion,
        )
        for name, ms in parts:
            if ms is not None:
                self.span(name, began, began + ms / 1000, context)

    def end(self, outcome: str, attributes: Mapping[str, Any]) -> None:
        """The request is over."""
        self.name({**attributes, "outcome": outcome, "spans": self._n_spans})
        if outcome == "failed":
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


def _wall_ns(moment: float) -> int:
    """A moment of the monotonic clock in nanoseconds since 1970."""
    return time.time_ns() - round(1e9 * (time.monotonic() - moment))
