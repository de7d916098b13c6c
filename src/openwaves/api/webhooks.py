"""Delivers answers to webhooks: again and again, with growing pauses, until one is taken."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from openwaves.api.outside import Outside, OutsideError
from openwaves.api.transcription_options import Webhook
from openwaves.errors import OverloadedError, TooManyRequestsError

log = logging.getLogger(__name__)

MOST_TRIES = 10
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
MOST_WAITING = 200
MOST_OF_ONE = 50
"""Answers of one account that are under way or wait for their webhook."""


class Webhooks:
    """Tasks that end with a delivery. Used from one event loop; what waits at the end of the process is lost."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._tasks: dict[asyncio.Task[None], str] = {}

    def start(self, account: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin something that goes on behind an answer.

        Args:
            account: Whose it is.
            work: What is to be done.

        Raises:
            OverloadedError: Too much is being done already.
            TooManyRequestsError: Too much of it for this account.
        """
        if len(self._tasks) >= MOST_WAITING:
            raise OverloadedError(f"{MOST_WAITING} answers for webhooks are under way", 10)
        if list(self._tasks.values()).count(account) >= MOST_OF_ONE:
            raise TooManyRequestsError(f"{MOST_OF_ONE} answers for webhooks of this account are under way", 10)
        task = asyncio.create_task(work())
        self._tasks[task] = account
        task.add_done_callback(self._tasks.pop)

    async def deliver(self, webhook: Webhook, body: dict[str, Any]) -> bool:
        """Send a body until it is taken; tells whether it was."""
        method, url, data, headers = _request(webhook, body)
        pause_s = FIRST_PAUSE_S
        for number in range(MOST_TRIES):
            try:
                status = await self._outside.run(self._outside.send, method, url, data, headers)
            except OutsideError as error:
                problem = error.message
                status = 0
            if 200 <= status < 300:
                return True
            if 0 < status < 500 and status != 429:  # it will never be taken
                log.warning("a webhook refused its answer with status %d", status)
                return False
            if number + 1 < MOST_TRIES:
                await asyncio.sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
        log.warning("a webhook was not delivered: %s", f"status {status}" if status else problem)
        return False

    async def close(self) -> None:
        """Stop everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _request(webhook: Webhook, body: dict[str, Any]) -> tuple[str, str, bytes | None, dict[str, str]]:
    """Method, URL, body and headers: JSON, or the same as parameters of a query."""
    if webhook.method == "POST":
        return "POST", webhook.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    parts = urlsplit(webhook.url)
    query = "&".join(filter(None, (parts.query, urlencode(values))))
    return "GET", urlunsplit(parts._replace(query=query)), None, {}
