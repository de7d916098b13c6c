"""To which worker a gateway sends its calls: Ray's own classes, without a cluster."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra cluster is not installed")

from ray.serve._private.common import DeploymentHandleSource, DeploymentID, ReplicaID, RequestMetadata
from ray.serve._private.request_router.common import PendingRequest

from openwaves.cluster import under_way
from openwaves.cluster.messages import Asked
from openwaves.cluster.router import LeastBusyRouter
from openwaves.cluster.under_way import UnderWay
from openwaves.tts.remote import DescribeCall

OF = DeploymentID("Worker")
WORKERS: list[Any] = [SimpleNamespace(replica_id=ReplicaID(name, OF)) for name in ("a", "b")]
A, B = (worker.replica_id for worker in WORKERS)


def request(number: int, near: str = "") -> PendingRequest:
    asked = Asked(DescribeCall(near), 1.0, 0.0, number)
    return PendingRequest([asked], {}, RequestMetadata("", f"request {number}"))


async def chosen(router: LeastBusyRouter, call: PendingRequest) -> list[ReplicaID]:
    """Which workers are asked, one after another."""
    ranks = await router.choose_replicas(WORKERS, call)
    return [replica.replica_id for rank in ranks for replica in rank]


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> LeastBusyRouter:
    monkeypatch.setattr(under_way, "UNDER_WAY", UnderWay())
    return LeastBusyRouter(OF, DeploymentHandleSource.REPLICA)


async def test_a_call_goes_to_who_has_least(router: LeastBusyRouter) -> None:
    router.goes_to(request(0), A)
    assert await chosen(router, request(1)) == [B, A]
    router.goes_to(request(1), B)
    router.goes_to(request(2), B)
    assert await chosen(router, request(3)) == [A, B]


async def test_who_has_answered_is_free_before_ray_says_so(router: LeastBusyRouter) -> None:
    router.goes_to(request(0), A)
    router.goes_to(request(1), B)
    under_way.UNDER_WAY.is_over(0)
    assert await chosen(router, request(2)) == [A, B]
    router.goes_to(request(2), A)
    router.on_request_completed(A, "request 0")
    assert under_way.UNDER_WAY.at("a") == 1, "an end that is told twice counts once"


async def test_a_call_that_was_given_up_before_it_was_sent_is_over_when_ray_says_so(router: LeastBusyRouter) -> None:
    under_way.UNDER_WAY.is_over(0)
    router.goes_to(request(0), A)
    assert await chosen(router, request(1)) == [B, A]
    router.on_request_completed(A, "request 0")
    assert under_way.UNDER_WAY.at("a") == 0


async def test_of_the_free_it_goes_to_who_did_the_last_call_at_once(router: LeastBusyRouter) -> None:
    for number, worker, other in ((0, A, B), (1, B, A)):
        router.goes_to(request(number), worker)
        under_way.UNDER_WAY.is_over(number, waited_s=0.0)
        for again in range(10):
            assert await chosen(router, request(again)) == [worker, other]
    router.goes_to(request(2), B)
    assert await chosen(router, request(3)) == [A, B], "who is busy comes last all the same"
    under_way.UNDER_WAY.is_over(2, waited_s=0.5)
    assert {(await chosen(router, request(3)))[0] for _ in range(50)} == {A, B}, "another gateway uses it too"


async def test_workers_are_counted_as_they_come_and_go(router: LeastBusyRouter) -> None:
    router.update_replicas(WORKERS)
    assert under_way.UNDER_WAY.n_workers == 2
    router.on_replica_actor_died(A)
    assert under_way.UNDER_WAY.n_workers == 1
    router.update_replicas([])
    assert under_way.UNDER_WAY.n_workers == 0


async def test_calls_of_one_name_stay_together(router: LeastBusyRouter) -> None:
    router.goes_to(request(0, "text"), A)
    assert await chosen(router, request(1, "text")) == [A, B], "busy as it is"
    assert await chosen(router, request(2, "other")) == [B, A]
