"""What `/metrics` tells of chat."""

import time
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

from openwaves.api.watch import RequestWatch
from openwaves.llm.chat import ArgumentsDelta, CallStart, Delta, Finish, TextDelta, TokenUsage, UsageDelta

_FIRST_TOKEN_S = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30)
_WHO = ["model", "transport"]
_TOKENS_A_SECOND = (2, 5, 10, 15, 20, 25, 30, 40, 60, 100, 200)


class ChatMetrics:
    """Counters of one server. The cached share is ``cached`` over ``prompt`` of the tokens."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.first_token = Histogram(
            "openwaves_chat_first_token_seconds",
            "Time to the first token of an answer.",
            _WHO,
            buckets=_FIRST_TOKEN_S,
            registry=registry,
        )
        self.speed = Histogram(
            "openwaves_chat_tokens_per_second",
            "Tokens a second of an answer after its first.",
            _WHO,
            buckets=_TOKENS_A_SECOND,
            registry=registry,
        )
        self.tokens = Counter(
            "openwaves_chat_tokens", "Tokens of prompts, those of them cached, of answers.", ["kind"], registry=registry
        )
        self.answers = Counter("openwaves_chat_answers", "Answers by how they ended.", ["outcome"], registry=registry)


@dataclass(slots=True)
class ChatWatch:
    """Follows one answer."""

    metrics: ChatMetrics
    request: RequestWatch
    began: float = field(default_factory=time.monotonic)
    first_at: float = 0.0
    pieces: int = 0
    usage: TokenUsage = field(default_factory=TokenUsage)
    outcome: str = "cancelled"

    def see(self, delta: Delta) -> None:
        """Take note of the next delta."""
        if isinstance(delta, TextDelta | CallStart | ArgumentsDelta):
            self.pieces += 1
            if not self.first_at:
                self.first_at = time.monotonic()
                who = self.request.model, self.request.transport
                self.metrics.first_token.labels(*who).observe(self.first_at - self.began)
                self.request.span("first token", self.began)
        elif isinstance(delta, UsageDelta):
            self.usage = delta.usage
        elif isinstance(delta, Finish):
            self.usage, self.outcome = delta.usage, "complete"
            if self.first_at and delta.usage.completion > 1:
                spent_s = max(1e-6, time.monotonic() - self.first_at)
                who = self.request.model, self.request.transport
                self.metrics.speed.labels(*who).observe((delta.usage.completion - 1) / spent_s)

    def end(self) -> TokenUsage:
        """What the answer took, broken off or not; counts it."""
        usage = self.usage
        if self.outcome != "complete":
            usage = TokenUsage(usage.prompt, max(usage.completion, self.pieces), usage.cached)
        for kind, number in (("prompt", usage.prompt), ("cached", usage.cached), ("completion", usage.completion)):
            self.metrics.tokens.labels(kind).inc(number)
        self.metrics.answers.labels(self.outcome).inc()
        if self.first_at:
            self.request.span("answer", self.first_at, completion_tokens=usage.completion)
        return usage
