"""How calls get to workers: one unary call of Ray Serve for each, again if its worker is lost."""

import concurrent.futures
import itertools
import logging
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc
from ray.exceptions import RayError, TaskCancelledError
from ray.serve.exceptions import RayServeException, RequestCancelledError
from ray.serve.handle import DeploymentHandle

from openwaves.cancellation import CancelToken
from openwaves.cluster import under_way
from openwaves.cluster.messages import Answered, Asked
from openwaves.errors import CancelledWorkError, WorkerLostError
from openwaves.remote import Call, Done
from openwaves.scheduler import DUE

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_LOST = 6  # a call may meet several replicas of a node that died
PAUSE_S = 0.2
LOST = (RayError, RayServeException, grpc.RpcError, TimeoutError)


class ReplicaPlace:
    """The workers of a cluster. See ``Place``.

    Attributes:
        waited_s: How long work waits at this gateway, of late; told to workers for the autoscaler.
    """

    def __init__(self, workers: DeploymentHandle[Any]) -> None:
        self.waited_s = 0.0
        self._do = workers.options(_by_reference=False).do  # over gRPC; else results go by way of Ray's object store
        self._numbers = itertools.count()
        self._cancelling = ThreadPoolExecutor(1, thread_name_prefix="openwaves-cancel")

    def run(self, call: Call[T], cancel: CancelToken) -> Done[T]:
        """See ``Place``."""
        due = DUE.get(time.monotonic())
        for n_lost in range(MOST_LOST):
            cancel.raise_if_cancelled()
            asked = Asked(call, due - time.monotonic(), self.waited_s, next(self._numbers))
            try:
                answered = self._ask(asked, cancel)
                under_way.UNDER_WAY.is_over(asked.number, answered.waited_s)
            except LOST as error:
                log.warning("a worker was lost: %s; its piece is done again", type(error).__name__)
                time.sleep(PAUSE_S * n_lost)
                continue
            finally:
                under_way.UNDER_WAY.is_over(asked.number)
            if answered.error is not None:
                raise answered.error
            return Done(answered.result, n_lost == 0)
        raise WorkerLostError(f"a piece of work was given up: {MOST_LOST} workers were lost over it")

    def close(self) -> None:
        """End the thread."""
        self._cancelling.shutdown(wait=False)

    def _ask(self, asked: Asked, cancel: CancelToken) -> Answered:
        """Call a worker.

        Raises:
            RayError: It was lost.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        response = self._do.remote(asked)
        limit_s = None if asked.call.limit_s == math.inf else asked.call.limit_s

        def stop() -> None:  # may wait for the router, which the loop that cancels must not
            self._cancelling.submit(response.cancel)

        with cancel.interrupting(stop):
            try:
                answered: Answered = response.result(timeout_s=limit_s)
            except (TaskCancelledError, RequestCancelledError, concurrent.futures.CancelledError) as error:
                raise CancelledWorkError("work was cancelled") from error
            except TimeoutError:
                stop()
                raise
        return answered
