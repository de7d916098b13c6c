"""Gives a network's memory back while nobody uses it."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from openwaves import memory
from openwaves.observing import loads

log = logging.getLogger(__name__)

Network = TypeVar("Network")


class OnDemand(Generic[Network]):
    """A network that is unloaded after a while without use, and loaded again for the next. Thread-safe.

    Callers that come while it is being loaded wait for that one loading.
    """

    def __init__(self, name: str, load: Callable[[], Network], idle_s: float, loaded: Network | None) -> None:
        """Begin with a network that is loaded, or without one.

        Args:
            name: For the log.
            load: Loads it, each time that it is needed and not there.
            idle_s: Seconds without use after which it is unloaded; infinite for never.
            loaded: The network, if it is loaded.
        """
        self._name = name
        self._load = load
        self._idle_s = idle_s
        self._network: Network | None = loaded
        self._lock = threading.Lock()
        self._n_callers = 0
        self._idle_since = time.monotonic()
        if loaded is not None:
            self._arm(idle_s)

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory now."""
        return self._network is not None

    @contextmanager
    def in_use(self) -> Iterator[Network]:
        """The network, which stays while the block runs; do not keep it longer.

        Raises:
            EngineError: It cannot be loaded.
        """
        with self._lock:
            if self._network is None:
                began = time.monotonic()
                with loads.timed(self._name):
                    self._network = self._load()
                log.info("%s: loaded in %.2f s", self._name, time.monotonic() - began)
                self._arm(self._idle_s)
            network = self._network
            self._n_callers += 1
        try:
            yield network
        finally:
            del network
            with self._lock:
                self._n_callers -= 1
                self._idle_since = time.monotonic()

    def _arm(self, seconds: float) -> None:
        if seconds == math.inf:
            return
        timer = threading.Timer(seconds, self._unload_if_idle)
        timer.daemon = True
        timer.start()

    def _unload_if_idle(self) -> None:
        with self._lock:
            left_s = self._idle_since + self._idle_s - time.monotonic()
            if self._n_callers or left_s > 0:
                self._arm(self._idle_s if self._n_callers else left_s)
                return
            self._network = None
        memory.collect()
        log.info("%s: unloaded after %g s without use", self._name, self._idle_s)
