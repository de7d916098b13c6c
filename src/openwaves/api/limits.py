"""How much one account may do at once (contract section 10), within a minute and within a day."""

import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from openwaves.errors import TooManyRequestsError
from openwaves.storage.accounts import Account

SOCKETS_PER_REQUEST = 5
RETRY_AFTER_S = 1
WINDOW_S = 60.0


class Limits:
    """Counts running requests over all transports, open sockets, and requests of the last minute.

    Each server process counts for itself. Used from one event loop.
    """

    def __init__(self, concurrency: int) -> None:
        """Begin with nothing under way.

        Args:
            concurrency: Requests at once of an account that has no limit of its own.
        """
        self._concurrency = concurrency
        self._requests: Counter[str] = Counter()
        self._sockets: Counter[str] = Counter()
        self._begun: dict[str, deque[float]] = {}

    def begin(self, account: Account) -> None:
        """Count a request that begins.

        Raises:
            TooManyRequestsError: Too many have begun within a minute.
        """
        most = account.limits.requests_per_minute
        if most is None:
            self._begun.pop(account.id, None)
            return
        begun = self._begun.setdefault(account.id, deque())
        now = time.monotonic()
        while begun and begun[0] <= now - WINDOW_S:
            begun.popleft()
        if len(begun) >= most:
            wait_s = int(begun[0] + WINDOW_S - now) + 1 if begun else int(WINDOW_S)
            raise TooManyRequestsError(f"this account may begin {most} requests a minute", wait_s)
        begun.append(now)

    @contextmanager
    def request(self, account: Account) -> Iterator[None]:
        """Hold one of the account's requests while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        with _slot(self._requests, account.id, self._most_requests(account), "requests at once"):
            yield

    @contextmanager
    def socket(self, account: Account) -> Iterator[None]:
        """Hold one of the account's sockets while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        most = account.limits.sockets
        if most is None:
            most = SOCKETS_PER_REQUEST * self._most_requests(account)
        with _slot(self._sockets, account.id, most, "open sockets"):
            yield

    def _most_requests(self, account: Account) -> int:
        most = account.limits.concurrency
        return self._concurrency if most is None else most


@contextmanager
def _slot(taken: Counter[str], account_id: str, limit: int, what: str) -> Iterator[None]:
    if taken[account_id] >= limit:
        raise TooManyRequestsError(f"this account may have {limit} {what}", RETRY_AFTER_S)
    taken[account_id] += 1
    try:
        yield
    finally:
        taken[account_id] -= 1
        if not taken[account_id]:
            del taken[account_id]
