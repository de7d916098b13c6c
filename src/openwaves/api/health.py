"""Is the server alive, is it ready, how busy is it."""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves import __version__
from openwaves.api.state import State, state_of


async def health(_request: Request) -> Response:
    """``GET /health``: the process answers."""
    return JSONResponse({"status": "ok", "version": __version__})


async def ready(request: Request) -> Response:
    """``GET /ready``: 200 once the voices are loaded and warm, else 503 and what is being done."""
    state = state_of(request)
    if state.speech is None:
        return JSONResponse({"status": "loading", "stage": state.stage}, 503, {"Retry-After": "5"})
    return JSONResponse({"status": "ready", "workers": state.speech.scheduler.workers})


async def metrics(request: Request) -> Response:
    """``GET /metrics``: Prometheus text."""
    return Response(generate_latest(state_of(request).metrics), media_type=CONTENT_TYPE_LATEST)


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
            ("waiting", "Pieces of speech that wait for a worker.", load.waiting),
            ("running", "Pieces of speech on a worker.", load.running),
        ):
            yield GaugeMetricFamily(f"openwaves_segments_{name}", help_text, value)
        yield GaugeMetricFamily("openwaves_listeners", "Live listeners who await sound.", load.listeners)
        yield GaugeMetricFamily("openwaves_listeners_held", "Live listeners who wait to begin.", load.held)
        yield CounterMetricFamily("openwaves_underruns", "Times at which a live listener ran dry.", load.underruns)
        ended = CounterMetricFamily("openwaves_segments", "Pieces of speech by how they ended.", labels=["outcome"])
        for outcome in ("spoken", "cancelled", "failed", "refused"):
            ended.add_metric([outcome], getattr(load, outcome))
        yield ended
        yield CounterMetricFamily("openwaves_wait_seconds", "Time that pieces of speech waited.", load.wait_s)
        yield CounterMetricFamily("openwaves_busy_seconds", "Time that workers spoke.", load.busy_s)
