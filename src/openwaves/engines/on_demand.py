"""Gives an engine's memory back while nobody speaks."""

import ctypes
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openwaves.cancellation import CancelToken
from openwaves.engines.base import Engine
from openwaves.types import Audio, Style

log = logging.getLogger(__name__)


class OnDemandEngine:
    """An engine that is unloaded after a while without speech, and loaded again for the next. Thread-safe.

    Callers that come while it is being loaded wait for that one loading.
    """

    def __init__(self, load: Callable[[], Engine], idle_s: float) -> None:
        """Load the engine.

        Args:
            load: Loads it; called again after each unloading.
            idle_s: Seconds without speech after which it is unloaded.

        Raises:
            EngineError: It cannot be loaded.
        """
        engine = load()
        self.name = engine.name
        self.sample_rate = engine.sample_rate
        self.symbols = engine.symbols
        self.max_phonemes = engine.max_phonemes
        self.segment_chars = engine.segment_chars
        self._load = load
        self._idle_s = idle_s
        self._engine: Engine | None = engine
        self._lock = threading.Lock()
        self._n_callers = 0
        self._idle_since = time.monotonic()
        self._arm(idle_s)

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory now."""
        return self._engine is not None

    def synthesize(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Audio:
        """See ``Engine``."""
        with self._in_use() as engine:
            return engine.synthesize(phonemes, style, speed, seed=seed, cancel=cancel)

    @contextmanager
    def _in_use(self) -> Iterator[Engine]:
        with self._lock:
            if self._engine is None:
                began = time.monotonic()
                self._engine = self._load()
                log.info("%s: loaded again in %.2f s", self.name, time.monotonic() - began)
                self._arm(self._idle_s)
            engine = self._engine
            self._n_callers += 1
        try:
            yield engine
        finally:
            with self._lock:
                self._n_callers -= 1
                self._idle_since = time.monotonic()

    def _arm(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self._unload_if_idle)
        timer.daemon = True
        timer.start()

    def _unload_if_idle(self) -> None:
        with self._lock:
            left_s = self._idle_since + self._idle_s - time.monotonic()
            if self._n_callers or left_s > 0:
                self._arm(self._idle_s if self._n_callers else left_s)
                return
            self._engine = None
        _return_memory()
        log.info("%s: unloaded after %g s without speech", self.name, self._idle_s)


def _return_memory() -> None:
    """Hand freed memory back to the system, which the allocator of glibc does only when told."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
