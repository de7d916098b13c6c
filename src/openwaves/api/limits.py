"""How much one account may do at once (contract section 10)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from openwaves.errors import TooManyRequestsError

SOCKETS_PER_REQUEST = 5
RETRY_AFTER_S = 1


class Limits:
    """Counts running requests over all transports, and open sockets. Used from one event loop."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._requests: Counter[str] = Counter()
        self._sockets: Counter[str] = Counter()

    @contextmanager
    def request(self, account_id: str) -> Iterator[None]:
        """Hold one of the account's requests while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        with _slot(self._requests, account_id, self._concurrency, "requests at once"):
            yield

    @contextmanager
    def socket(self, account_id: str) -> Iterator[None]:
        """Hold one of the account's sockets while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        with _slot(self._sockets, account_id, SOCKETS_PER_REQUEST * self._concurrency, "open sockets"):
            yield


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
