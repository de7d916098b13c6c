"""Histories that are being read ahead of their answers, by session."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Ahead:
    """The readings under way. Used from one event loop."""

    def __init__(self) -> None:
        self._readings: dict[asyncio.Task[None], tuple[str, str]] = {}

    async def settle(self, session: str, prompt: str) -> None:
        """Wait until nothing is read for a session; what a prompt does not begin with is stopped first."""
        while readings := [task for task, (owner, _) in self._readings.items() if session and owner == session]:
            for task in readings:
                if not prompt.startswith(self._readings[task][1]):
                    task.cancel()
            await asyncio.wait(readings)

    async def run(self, session: str, text: str, work: Coroutine[Any, Any, None]) -> None:
        """Read, until it is done, stopped by ``settle``, or cancelled.

        Raises:
            OpenWavesError: What the work raised.
        """
        task = asyncio.create_task(work)
        self._readings[task] = session, text
        task.add_done_callback(self._readings.pop)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        if not task.cancelled():
            task.result()
