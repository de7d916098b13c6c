"""Several models behind one another: the next one answers while the first one cannot."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing

from openwaves.errors import EngineError, ModelFileError, OpenWavesError, OverloadedError, UpstreamError
from openwaves.llm.chat import ChatModel, ChatRequest, Deltas

log = logging.getLogger(__name__)

REST_S = 10.0
"""So long a model that failed is asked after the others."""


class Fallback:
    """Asks models in order; once one has begun to answer, it stays with it."""

    def __init__(self, models: Sequence[ChatModel]) -> None:
        self._models = tuple(models)
        self._failed_at = [-REST_S] * len(self._models)

    @property
    def names(self) -> tuple[str, ...]:
        """See ``ChatModel``."""
        return tuple(dict.fromkeys(name for model in self._models for name in model.names))

    @property
    def state(self) -> str:
        """See ``ChatModel``."""
        return "; else ".join(model.state for model in self._models)

    @property
    def is_loaded(self) -> bool:
        """See ``ChatModel``; of the first."""
        return self._models[0].is_loaded

    async def complete(self, request: ChatRequest) -> Deltas:
        """See ``ChatModel``."""
        problem: OpenWavesError = UpstreamError("no language model is configured")
        for index in self._order():
            deltas = self._models[index].complete(request)
            begun = False
            try:
                async with aclosing(deltas):
                    async for delta in deltas:
                        begun = True
                        yield delta
                return
            except (UpstreamError, OverloadedError, EngineError, ModelFileError) as error:
                if begun:
                    raise
                self._failed_at[index] = time.monotonic()
                problem = error
                if len(self._models) > 1:
                    log.warning("language model %d failed (%s); the next one is asked", index + 1, error.code)
        raise problem

    async def prime(self, request: ChatRequest) -> None:
        """See ``ChatModel``; of the one that is asked first."""
        await self._models[self._order()[0]].prime(request)

    async def close(self) -> None:
        """See ``ChatModel``."""
        await asyncio.gather(*(model.close() for model in self._models))

    def _order(self) -> list[int]:
        now = time.monotonic()
        indices = range(len(self._models))
        rested = [index for index in indices if now - self._failed_at[index] >= REST_S]
        return rested + [index for index in indices if index not in rested]
