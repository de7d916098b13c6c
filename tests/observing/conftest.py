"""What a server can export."""

from collections.abc import Iterator

import pytest

from openwaves.api.app import create_app
from openwaves.api.state import State
from openwaves.scheduler import Scheduler
from openwaves.settings import load_settings


class _Loaded:
    """As much of a loaded server as its figures need."""

    def __init__(self) -> None:
        self.scheduler = Scheduler(1, 8)


Exported = dict[str, tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def exported() -> Iterator[Exported]:
    """Every metric that a server can export, with its kind and its labels."""
    settings = load_settings(metrics_by_account=True, redis_url="redis://127.0.0.1:1/0")
    state = State(settings, None)  # type: ignore[arg-type]
    create_app(state)
    loaded = _Loaded()
    state.speech = loaded  # type: ignore[assignment]
    found: Exported = {}
    for collector in list(state.metrics._collector_to_names):
        for metric in collector.collect():
            labels = getattr(collector, "_labelnames", ()) or getattr(metric, "_labelnames", ())
            found[metric.name + ("_total" if metric.type == "counter" else "")] = (metric.type, tuple(labels))
    yield found
    loaded.scheduler.close()
