"""To which worker a call goes: to the one that went before it, if it belongs to others, else to the least busy."""

import random
from collections import Counter, OrderedDict
from typing import Any

from ray.serve.request_router import FIFOMixin, PendingRequest, ReplicaID, RequestRouter, RunningReplica

from openwaves.cluster.messages import Asked

REMEMBERED = 1024


class LeastBusyRouter(FIFOMixin, RequestRouter):  # type: ignore[misc] # of a package without types
    """Knows what this gateway has under way at each worker: with one gateway no worker waits while another has two."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._under_way: Counter[ReplicaID] = Counter()
        self._near: OrderedDict[str, ReplicaID] = OrderedDict()

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """See ``RequestRouter``: one after another."""
        near = _near(pending_request)
        known = self._near.get(near) if near else None

        def rank(replica: RunningReplica) -> tuple[bool, int, float]:
            return replica.replica_id != known, self._under_way[replica.replica_id], random.random()  # noqa: S311

        return [[replica] for replica in sorted(candidate_replicas, key=rank)]

    def on_request_routed(self, pending_request: PendingRequest, replica_id: ReplicaID, result: Any) -> None:
        """See ``RequestRouter``."""
        self._under_way[replica_id] += 1
        if near := _near(pending_request):
            self._near[near] = replica_id
            self._near.move_to_end(near)
            while len(self._near) > REMEMBERED:
                self._near.popitem(last=False)

    def on_request_completed(self, replica_id: ReplicaID, internal_request_id: str) -> None:
        """See ``RequestRouter``."""
        self._under_way[replica_id] -= 1
        if self._under_way[replica_id] <= 0:
            del self._under_way[replica_id]


def _near(request: PendingRequest | None) -> str:
    """The name of a call, if it has one."""
    asked = request.args[0] if request is not None and request.args else None
    return asked.call.near if isinstance(asked, Asked) else ""
