"""To which worker a call goes: to the one that went before it, if it belongs to others, else to the least busy.

Of those that are equally busy the one that did the last call at once is best: it is warm.
"""

import random
from collections import OrderedDict
from typing import Any

from ray.serve.request_router import FIFOMixin, PendingRequest, ReplicaID, RequestRouter, RunningReplica

from openwaves.cluster import under_way
from openwaves.cluster.messages import Asked

REMEMBERED = 1024


class LeastBusyRouter(FIFOMixin, RequestRouter):  # type: ignore[misc] # of a package without types
    """Knows what this gateway has under way at each worker: with one gateway no worker waits while another has two."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._numbers: dict[str, int] = {}
        self._near: OrderedDict[str, ReplicaID] = OrderedDict()

    def update_replicas(self, replicas: list[RunningReplica]) -> None:
        """See ``RequestRouter``: called at first and after each change."""
        super().update_replicas(replicas)
        under_way.UNDER_WAY.n_workers = len(self.curr_replicas)

    def on_replica_actor_died(self, replica_id: ReplicaID) -> None:
        """See ``RequestRouter``."""
        super().on_replica_actor_died(replica_id)
        under_way.UNDER_WAY.n_workers = len(self.curr_replicas)

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """See ``RequestRouter``: one after another."""
        asked = _asked(pending_request)
        known = self._near.get(asked.call.near) if asked and asked.call.near else None

        def rank(replica: RunningReplica) -> tuple[bool, int, bool, float]:
            name = replica.replica_id.unique_id
            calls, was_prompt = under_way.UNDER_WAY.at(name), under_way.UNDER_WAY.was_prompt(name)
            return replica.replica_id != known, calls, not was_prompt, random.random()  # noqa: S311

        return [[replica] for replica in sorted(candidate_replicas, key=rank)]

    async def _choose_replica_for_request(
        self, pending_request: PendingRequest, *, is_retry: bool = False
    ) -> RunningReplica:
        """See ``RequestRouter``, whose ``on_request_routed`` is too late for the next call."""
        replica: RunningReplica = await super()._choose_replica_for_request(pending_request, is_retry=is_retry)
        self.goes_to(pending_request, replica.replica_id)
        return replica

    def goes_to(self, pending_request: PendingRequest, replica_id: ReplicaID) -> None:
        """A call is about to be sent."""
        if (asked := _asked(pending_request)) is None:
            return
        self._numbers[pending_request.metadata.internal_request_id] = asked.number
        under_way.UNDER_WAY.begins(asked.number, replica_id.unique_id)
        if near := asked.call.near:
            self._near[near] = replica_id
            self._near.move_to_end(near)
            while len(self._near) > REMEMBERED:
                self._near.popitem(last=False)

    def on_request_completed(self, replica_id: ReplicaID, internal_request_id: str) -> None:
        """See ``RequestRouter``."""
        if (number := self._numbers.pop(internal_request_id, None)) is not None:
            under_way.UNDER_WAY.is_over(number)


def _asked(request: PendingRequest | None) -> Asked | None:
    asked = request.args[0] if request is not None and request.args else None
    return asked if isinstance(asked, Asked) else None
