"""A fleet of several nodes under load, of which workers, nodes and gateways are taken away; it grows and shrinks."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection

from tests.live_sockets import live_socket, status_of_socket
from tests.load import TEXTS, ask, load
from tests.redises import redis
from tests.servers import RunningServer
from tests.waiting import until

pytest.importorskip("ray", reason="the extra cluster is not installed")

from tests.cluster.fleets import Fleet, fleet

pytestmark = [pytest.mark.slow, pytest.mark.alone]

CPUS = (0, 3, 3)  # wherever the gateway is, no room beside it for all three workers
N_CLIENTS = 3
AROUND_S = 1.0
CONCURRENCY = 20  # far more than the clients have at once: a place is free a moment after its answer
MOST_SOCKETS = 5 * CONCURRENCY
FREE_S = 10.0
"""After so long what a gateway that died had counted is free."""
MANY_SOCKETS = 500


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with ExitStack() as stack:
        options: dict[str, object] = {"concurrency": CONCURRENCY}
        if shutil.which("redis-server") or shutil.which("valkey-server"):
            options["redis_url"] = stack.enter_context(redis()).url
        size: dict[str, Any] = {"gateways": 1, "workers": 3, "most_workers": 3, "worker_cpus": 1, "drain_s": 5}
        yield stack.enter_context(fleet(tmp_path_factory.mktemp("fleet"), CPUS, options=options, **size))


@pytest.fixture(scope="module")
def expected(tone_server: RunningServer) -> dict[str, bytes]:
    return {text: ask(tone_server, text) for text in TEXTS}


def test_it_answers_as_one_process_does(running: Fleet, expected: dict[str, bytes]) -> None:
    assert {text: ask(running, text) for text in TEXTS} == expected


def test_a_worker_that_dies_costs_nobody_anything(running: Fleet, expected: dict[str, bytes]) -> None:
    with load(running, expected, N_CLIENTS, AROUND_S):
        before = running.replicas("Worker")
        running.kill(before[0][0])
        time.sleep(2)
    running.wait("Worker", 3)


def test_a_node_that_dies_costs_nobody_anything(running: Fleet, expected: dict[str, bytes]) -> None:
    working, serving = ({node for _, node in running.replicas(kind)} for kind in ("Worker", "Gateway"))
    with load(running, expected, N_CLIENTS, AROUND_S):
        running.kill_node(min(working - serving))
        time.sleep(8)
        running.add_node(CPUS[-1])
        running.wait("Worker", 3)


def test_a_gateway_that_dies_takes_only_its_own_connections_with_it(running: Fleet, expected: dict[str, bytes]) -> None:
    running.resize(gateways=2)
    running.wait("Gateway", 2)
    shares = "redis_url" in running.size["options"]
    with ExitStack() as stack:
        sockets = [stack.enter_context(live_socket(running.url)) for _ in range(MOST_SOCKETS if shares else 4)]
        if shares:
            assert status_of_socket(running.url) == 429, "two gateways count as one"
        running.kill(running.replicas("Gateway")[0][0])
        killed_at = time.monotonic()
        for text in TEXTS * 3:
            assert ask(running, text) == expected[text], "new connections work at once"
        left = [one for one in sockets if is_open(one)]
        assert 0 < len(left) < len(sockets)
        until(lambda: status_of_socket(running.url) == 101, limit_s=killed_at + FREE_S - time.monotonic())
    running.wait("Gateway", 2)


def test_it_grows_under_load_shrinks_after_it_and_holds_many_sockets(running: Fleet) -> None:
    options = {"engine": "simulated", "simulated_factor": 0.5, "concurrency": MANY_SOCKETS // 5 + 1}
    running.resize(
        gateways=1,
        workers=1,
        most_workers=3,
        grow_after_s=1,
        shrink_after_s=4,
        options={**running.size["options"], **options},
    )
    running.wait("Gateway", 1)
    running.wait("Worker", 1)
    with ThreadPoolExecutor(8) as pool, ExitStack() as stack:
        asking = [pool.submit(ask, running, TEXTS[1]) for _ in range(32)]
        until(lambda: len(running.replicas("Worker")) == 3, "it did not grow", 120)
        assert all(len(one.result()) > 0 for one in asking)
        sockets = [
            stack.enter_context(one) for one in pool.map(lambda _: live_socket(running.url), range(MANY_SOCKETS))
        ]
        end = time.monotonic() + 120
        while len(running.replicas("Worker")) > 1:
            assert time.monotonic() < end, "it did not shrink"
            ask(running, "Yes.")  # what still comes holds no worker back, and loses nothing
            time.sleep(1)
        assert all(map(is_open, sockets))
    running.wait("Worker", 1)


def test_the_command_shows_and_ends_it(running: Fleet) -> None:
    shown = command("status", running)
    assert shown.returncode == 0, shown.stderr
    assert "openwaves: RUNNING" in shown.stdout
    assert "Worker: HEALTHY, 1 running" in shown.stdout
    assert command("down", running).returncode == 0
    shown = command("status", running)
    assert shown.returncode == 1
    assert "does not run" in shown.stdout


def is_open(one: Connection) -> bool:
    with suppress(TimeoutError, ConnectionClosed):
        one.recv(timeout=0)
    return one.state.name == "OPEN"


def command(name: str, running: Fleet) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "openwaves", "cluster", name, "--address", running.cluster.address]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
