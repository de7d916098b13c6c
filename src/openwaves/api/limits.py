"""How much one account may do at once (contract section 10), within a minute and within a day."""

import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from openwaves.errors import TooManyRequestsError
from openwaves.storage.accounts import Account
from openwaves.storage.leases import Leases

SOCKETS_PER_REQUEST = 5
RETRY_AFTER_S = 1
WINDOW_S = 60.0


class Limits:
    """Counts running requests over all transports, open sockets, and requests of the last minute.

    Each server process counts for itself. With ``leases`` the counts of all servers hold; while Redis does not answer,
    those of this process do, so that nothing is refused which it alone would not refuse. Used from one event loop.

    Attributes:
        leases: What is shared with other servers; None if nothing is.
        taken: Slots in use here, by kind (``requests``, ``sockets``) and account.
        refused: Refusals so far, by kind (these, and ``rate``).
    """

    def __init__(self, concurrency: int, leases: Leases | None = None) -> None:
        """Begin with nothing under way.

        Args:
            concurrency: Requests at once of an account that has no limit of its own.
            leases: Shares the counts with other servers.
        """
        self.leases = leases
        self.taken: dict[str, Counter[str]] = {"requests": Counter(), "sockets": Counter()}
        self.refused: Counter[str] = Counter()
        self._concurrency = concurrency
        self._begun: dict[str, deque[float]] = {}

    async def begin(self, account: Account) -> None:
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
        wait_s = (begun[0] + WINDOW_S - now if begun else WINDOW_S) if len(begun) >= most else 0.0
        if not wait_s and self.leases is not None:
            begun.append(now)  # before others get their turn
            wait_s = await self.leases.begin(account.id, most, WINDOW_S) or 0.0
            if wait_s and now in begun:
                begun.remove(now)
        elif not wait_s:
            begun.append(now)
        if wait_s:
            self.refused["rate"] += 1
            raise TooManyRequestsError(f"this account may begin {most} requests a minute", int(wait_s) + 1)

    def request(self, account: Account) -> AbstractAsyncContextManager[None]:
        """Hold one of the account's requests while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        return self._slot("requests", account.id, self._most_requests(account), "requests at once")

    def socket(self, account: Account) -> AbstractAsyncContextManager[None]:
        """Hold one of the account's sockets while the block runs.

        Raises:
            TooManyRequestsError: All are taken.
        """
        most = account.limits.sockets
        if most is None:
            most = SOCKETS_PER_REQUEST * self._most_requests(account)
        return self._slot("sockets", account.id, most, "open sockets")

    def _most_requests(self, account: Account) -> int:
        most = account.limits.concurrency
        return self._concurrency if most is None else most

    @asynccontextmanager
    async def _slot(self, kind: str, account_id: str, most: int, what: str) -> AsyncIterator[None]:
        taken = self.taken[kind]
        if taken[account_id] >= most:
            raise self._refusal(kind, most, what)
        taken[account_id] += 1
        try:
            if self.leases is None:
                yield
                return
            name, slot = f"{account_id}:{kind}", secrets.token_hex(8)
            if await self.leases.take(name, slot, most) is False:
                raise self._refusal(kind, most, what)
            try:
                yield
            finally:
                self.leases.give_back(name, slot)
        finally:
            taken[account_id] -= 1
            if not taken[account_id]:
                del taken[account_id]

    def _refusal(self, kind: str, most: int, what: str) -> TooManyRequestsError:
        self.refused[kind] += 1
        return TooManyRequestsError(f"this account may have {most} {what}", RETRY_AFTER_S)
