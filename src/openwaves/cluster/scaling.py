"""How many workers there shall be: more while work waits for one, fewer while they are idle.

What Ray counts by itself, requests under way, cannot tell a fleet that is just busy from one that is too small:
gateways never have more calls under way than there are workers for them. So workers tell how long work waited, at the
gateway and at themselves, and what share of their time they are busy.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray.serve.config import AutoscalingContext

WAIT = "openwaves_queue_wait_s"
BUSY = "openwaves_busy"

LONG_WAIT_S = 0.25  # of pieces, in the mean: beyond, the fleet is too small
MOST_GROWTH = 2.0  # at once
LIGHT = 0.5  # share of the time that workers are busy: below, the fleet is too large
GOAL = 0.7


def wanted(workers: int, wait_s: float, busy: float, long_wait_s: float = LONG_WAIT_S) -> int:
    """How many workers there should be.

    Args:
        workers: How many there are.
        wait_s: How long work waits, in the mean.
        busy: Share of their time that they are busy.
        long_wait_s: The wait beyond which there shall be more.
    """
    if wait_s > long_wait_s:
        return math.ceil(workers * min(MOST_GROWTH, max(1.25, wait_s / long_wait_s)))
    if busy < LIGHT and wait_s < long_wait_s / 4:
        return max(1, min(workers, math.ceil(workers * busy / GOAL)))
    return workers


def by_queue_wait(context: "AutoscalingContext") -> tuple[int, dict[str, Any]]:
    """A policy of Ray Serve: see ``wanted``; Ray keeps it within bounds and delays what is decided."""
    metrics: Mapping[str, Mapping[Any, float]] = context.aggregated_metrics or {}
    waits, busy = list(metrics.get(WAIT, {}).values()), list(metrics.get(BUSY, {}).values())
    if not waits or not busy:
        return context.target_num_replicas, context.policy_state
    mean_busy = sum(busy) / len(busy)
    return wanted(context.target_num_replicas, max(waits), mean_busy), context.policy_state
