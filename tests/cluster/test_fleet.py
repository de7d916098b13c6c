"""A fleet of several nodes under load, of which workers, nodes and gateways are taken away."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.load import TEXTS, ask, load
from tests.servers import RunningServer

pytest.importorskip("ray", reason="the extra cluster is not installed")

from tests.cluster.fleets import Fleet, fleet

pytestmark = [pytest.mark.slow, pytest.mark.alone]

N_CLIENTS = 3
AROUND_S = 1.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with fleet(folder, gateways=1, workers=3, most_workers=3, worker_cpus=1, drain_s=5) as started:
        yield started


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
    gateways = {node for _, node in running.replicas("Gateway")}
    others = {node.node_id for node in running.nodes} & {node for _, node in running.replicas("Worker")}
    with load(running, expected, N_CLIENTS, AROUND_S):
        running.kill_node(min(others - gateways))
        time.sleep(8)
    running.wait("Worker", 3)


def test_a_gateway_that_dies_leaves_new_connections_to_its_successor(
    running: Fleet, expected: dict[str, bytes]
) -> None:
    running.kill(running.replicas("Gateway")[0][0])
    end = time.monotonic() + 120
    while True:
        assert time.monotonic() < end, "no new gateway"
        answer = running.post("/waves/v1/tts", {"text": TEXTS[0], "voice_id": "sophia"})
        if answer.status_code == 200:
            break
        assert answer.status_code >= 500
        time.sleep(0.5)
    assert ask(running, TEXTS[1]) == expected[TEXTS[1]]


def test_the_command_shows_and_ends_it(running: Fleet) -> None:
    shown = command("status", running)
    assert shown.returncode == 0, shown.stderr
    assert "openwaves: RUNNING" in shown.stdout
    assert "Worker: HEALTHY, 3 running" in shown.stdout
    assert command("down", running).returncode == 0
    shown = command("status", running)
    assert shown.returncode == 1
    assert "does not run" in shown.stdout


def command(name: str, running: Fleet) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "openwaves", "cluster", name, "--address", running.cluster.address]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
