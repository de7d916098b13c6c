"""The numbers of a run: what goes into the JSON file, and from there into the table and the plot."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from openwaves.bench.machine import machine
from openwaves.bench.monitor import Usage
from openwaves.bench.outcome import Outcome
from openwaves.bench.run import Measured

Report = dict[str, Any]

NOTICED_GAP_S = 0.2


def percentile(values: list[float], percent: float) -> float:
    """Of sorted values, at least one; between two values in proportion."""
    place = (len(values) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def spread(values: Iterable[float | None], factor: float = 1.0) -> dict[str, float | None]:
    """Number, mean, percentiles and maximum of the values that are there, each times ``factor``."""
    found = sorted(value * factor for value in values if value is not None)
    if not found:
        return {"n": 0, "mean": None, "p50": None, "p95": None, "p99": None, "max": None}
    numbers = {"mean": sum(found) / len(found), **{f"p{p}": percentile(found, p) for p in (50, 95, 99)}}
    return {"n": len(found), **{name: round(value, 4) for name, value in numbers.items()}, "max": round(found[-1], 4)}


def report(measured: Measured) -> Report:
    """Everything that was found, as JSON can hold it."""
    outcomes = measured.clients.outcomes
    served = [outcome for outcome in outcomes if outcome.state == "ok"]
    audio_s = sum(outcome.playback.audio_s for outcome in outcomes)
    wall_s = max(measured.wall_s, 1e-9)
    return {
        "began": datetime.fromtimestamp(measured.began_at, UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "options": measured.options.public(),
        "interrupted": measured.interrupted,
        "wall_s": round(wall_s, 3),
        "requests": _requests(measured),
        "errors": _errors(outcome for outcome in outcomes if outcome.state == "failed"),
        "refused": _refused(measured),
        "connect_ms": spread((outcome.connect_s for outcome in outcomes), 1000),
        "first_audio_ms": spread((outcome.first_audio_s for outcome in served), 1000),
        "underruns": None if measured.options.mode == "sync" else _underruns(outcomes),
        "gaps": None if measured.options.mode == "sync" else _gaps(outcomes),
        "real_time_factor": spread(outcome.real_time_factor for outcome in served),
        "audio_s": round(audio_s, 3),
        "audio_s_per_s": round(audio_s / wall_s, 3),
        "health_ms": {**spread(measured.health.latencies_s, 1000), "failed": measured.health.failed},
        "server": _server(measured.usage, audio_s),
        "server_metrics": _metrics(*measured.metrics),
        "generator": {"late_ms": spread(measured.lags_s, 1000), "cpu_s": round(measured.own_cpu_s, 3)},
        "each": [_one(outcome, measured.clients.began) for outcome in outcomes],
    }


def _requests(measured: Measured) -> dict[str, int]:
    states = Counter(outcome.state for outcome in measured.clients.outcomes)
    return {
        "sent": states.total(),
        **{state: states[state] for state in ("ok", "refused", "failed", "unfinished")},
        "delayed": measured.clients.delayed,
    }


def _errors(failed: Iterable[Outcome]) -> dict[str, dict[str, Any]]:
    """By kind, most frequent first, with one message of each."""
    counts: Counter[str] = Counter()
    messages: dict[str, str] = {}
    for outcome in failed:
        counts[outcome.error] += 1
        messages.setdefault(outcome.error, outcome.message)
    return {kind: {"count": n, "message": messages[kind]} for kind, n in counts.most_common()}


def _refused(measured: Measured) -> dict[str, Any]:
    refused = [outcome for outcome in measured.clients.outcomes if outcome.state == "refused"]
    named = [outcome.retry_after_s for outcome in refused if outcome.retry_after_s is not None]
    retries = measured.clients.retries
    return {
        "count": len(refused),
        "kinds": _errors(refused),
        "with_retry_after": len(named),
        "retry_after_s": {"min": min(named), "max": max(named)} if named else None,
        "retried": retries.total(),
        "served_on_retry": retries["ok"],
    }


def _underruns(outcomes: list[Outcome]) -> dict[str, float]:
    """Of all streams that began to sound, those that broke off included."""
    streams = [outcome.playback for outcome in outcomes if outcome.first_audio is not None]
    return {
        "streams": len(streams),
        "streams_with_any": sum(stream.stalls > 0 for stream in streams),
        "stalls": sum(stream.stalls for stream in streams),
        "stall_s": round(sum(stream.stall_s for stream in streams), 4),
        "worst_s": round(max((stream.worst_s for stream in streams), default=0.0), 4),
    }


def _gaps(outcomes: list[Outcome]) -> dict[str, Any]:
    """The largest pause between two frames of each stream, and how many streams had one that clients may notice."""
    gaps_s = [outcome.playback.gap_s for outcome in outcomes if outcome.first_audio is not None]
    return {
        "streams_over_200_ms": sum(gap_s > NOTICED_GAP_S for gap_s in gaps_s),
        "largest_ms": spread(gaps_s, 1000),
    }


def _server(found: list[Usage], audio_s: float) -> dict[str, Any] | None:
    if len(found) < 2:
        return None
    cpu_s = found[-1].cpu_s - found[0].cpu_s
    return {
        "cpu_s": round(cpu_s, 3),
        "cpu_s_per_audio_s": round(cpu_s / audio_s, 4) if audio_s else None,
        "rss_mb": _memory([moment.rss_mb for moment in found]),
        "pss_mb": _memory([moment.pss_mb for moment in found if moment.pss_mb is not None]),
    }


def _memory(values: list[float]) -> dict[str, float] | None:
    if len(values) < 2:
        return None
    return {"before": round(values[0], 1), "peak": round(max(values), 1), "after": round(values[-1], 1)}


def _metrics(before: dict[str, float], after: dict[str, float]) -> dict[str, dict[str, float]]:
    """Those that are not zero throughout."""
    return {
        name: {"before": before.get(name, 0), "after": value, "change": round(value - before.get(name, 0), 6)}
        for name, value in after.items()
        if value or before.get(name)
    }


def _one(outcome: Outcome, began: float) -> dict[str, Any]:
    first = outcome.first_audio_s
    return {
        "at_s": round(outcome.began - began, 4),
        "state": outcome.state,
        "error": outcome.error,
        "first_audio_ms": None if first is None else round(first * 1000, 3),
        "ended_s": None if outcome.ended is None else round(outcome.ended - began, 4),
        "audio_s": round(outcome.playback.audio_s, 3),
        "stall_s": round(outcome.playback.stall_s, 4),
        "gap_s": round(outcome.playback.gap_s, 4),
    }
