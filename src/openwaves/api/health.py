"""Is the server alive, is it ready, how busy is it."""

import time
from collections.abc import Iterator
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves import __version__
from openwaves.api.state import State, state_of
from openwaves.observing import loads


async def health(request: Request) -> Response:
    """``GET /health``: the process answers; ``?detailed=true`` tells more."""
    state = state_of(request)
    told: dict[str, Any] = {"status": "healthy", "version": __version__}
    if request.query_params.get("detailed", "").lower() in ("true", "1"):
        stage = "healthy" if state.speech is not None else "loading"
        told["components"] = {"api": "healthy", "database": "healthy", "speech": stage, "recognition": stage}
        told["uptime_seconds"] = round(time.monotonic() - state.began, 1)
    return JSONResponse(told)


async def ready(request: Request) -> Response:
    """``GET /ready``: 200 once the voices are loaded and warm, else 503 and what is being done."""
    state = state_of(request)
    if state.drain.is_leaving:
        return JSONResponse({"status": "stopping"}, 503, {"Retry-After": "5"})
    if state.speech is None:
        return JSONResponse({"status": "loading", "stage": state.stage}, 503, {"Retry-After": "5"})
    return JSONResponse({"status": "ready", "workers": state.speech.scheduler.workers})


async def metrics(request: Request) -> Response:
    """``GET /metrics``: Prometheus text."""
    return Response(generate_latest(state_of(request).metrics), media_type=CONTENT_TYPE_LATEST)


class ServerMetrics(Collector):
    """Shows slots, what is shared with other servers, and loaded networks."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """The metrics."""
        yield GaugeMetricFamily(
            "openwaves_ready", "1 once the voices are loaded.", float(self._state.speech is not None)
        )
        limits = self._state.limits
        slots = GaugeMetricFamily("openwaves_slots", "Slots of accounts in use here.", labels=["kind"])
        refused = CounterMetricFamily("openwaves_limit_refusals", "Refusals by limits of accounts.", labels=["kind"])
        for kind, taken in limits.taken.items():
            slots.add_metric([kind], taken.total())
        for kind in (*limits.taken, "rate"):
            refused.add_metric([kind], limits.refused[kind])
        yield from (slots, refused)
        if limits.leases is not None:
            text = "1 while Redis answers; only with redis_url."
            yield GaugeMetricFamily("openwaves_shared_state_up", text, float(limits.leases.is_up))
            text = "Questions to Redis that had no answer, so that this server's own counts held; only with redis_url."
            yield CounterMetricFamily("openwaves_shared_state_unanswered", text, limits.leases.n_unknown)
        seconds = GaugeMetricFamily(
            "openwaves_model_load_seconds", "Time of a network's last loading.", labels=["model"]
        )
        number = CounterMetricFamily("openwaves_model_loads", "Times that a network was loaded.", labels=["model"])
        for name, (times, last_s) in loads.known().items():
            number.add_metric([name], times)
            seconds.add_metric([name], last_s)
        yield from (seconds, number)


class SchedulerMetrics(Collector):
    """Shows the scheduler's counts to Prometheus."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """The metrics; none before the voices are loaded."""
        if self._state.speech is None:
            return
        load = self._state.speech.scheduler.load
        for name, help_text, value in (
            ("work_waiting", "Pieces of work that wait for a worker.", load.waiting),
            ("work_running", "Pieces of work on a worker.", load.running),
            ("listeners", "Live listeners who await sound.", load.listeners),
            ("listeners_held", "Live listeners who wait to begin.", load.held),
            ("cores_reserved", "Cores that live sessions keep for themselves.", load.reserved),
        ):
            yield GaugeMetricFamily(f"openwaves_{name}", help_text, value)
        for name in ("asr_batch_queue_depth", "asr_stream_queue_depth"):
            yield GaugeMetricFamily(name, "Pieces of work that wait for a worker; one queue is for all.", load.waiting)
        for name, help_text, value in (
            ("wait_seconds", "Time that pieces of work waited.", load.wait_s),
            ("busy_seconds", "Time that workers were at work.", load.busy_s),
        ):
            yield CounterMetricFamily(f"openwaves_{name}", help_text, value)
        ended = CounterMetricFamily("openwaves_work", "Pieces of work by how they ended.", labels=["outcome"])
        for outcome in ("done", "cancelled", "late", "failed", "refused"):
            ended.add_metric([outcome], getattr(load, outcome))
        yield ended
