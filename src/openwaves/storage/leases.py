"""Slots and rates that several servers share, in Redis or Valkey.

A slot is a lease: a member of a sorted set whose score is the moment at which it ends, by Redis' own clock. Who holds
slots renews them in the background; a server that dies no longer does, and its slots are free once their leases end. A
rate is a sorted set of the moments at which requests began. Each question is one script, so that no two servers take
the last slot.

While Redis does not answer, nothing here is known (``None``): the caller then goes by its own counts. What is held by
then is told to Redis as soon as it answers again.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from openwaves.errors import StorageError

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

LEASE_S = 8.0
RENEWALS = 3
"""Renewals within one lease: two may be lost."""
PATIENCE_S = 0.5
"""Longest wait for an answer; after that Redis counts as down."""
RETRY_S = 1.0
CONNECTIONS = 64
AT_ONCE = 1000
"""Most slots that one command renews."""
PREFIX = "openwaves:"

_NOW = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000); "
_TAKE = (
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for n = 4, #ARGV do redis.call('ZREM', KEYS[1], ARGV[n]) end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
)
_RENEW = (
    _NOW
    + """
for n = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[n]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
"""
)
_BEGIN = (
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #oldest == 0 then return tonumber(ARGV[3]) end
return math.max(1, oldest[2] + ARGV[3] - now)
"""
)

T = TypeVar("T")


class Leases:
    """This server's view of them. Used from one event loop; ``start`` it, and ``close`` it.

    Attributes:
        is_up: Redis answered the last time.
        n_unknown: Questions that it did not answer.
    """

    def __init__(self, url: str, lease_s: float = LEASE_S) -> None:
        """Connect to nothing yet.

        Args:
            url: Address as in ``redis://user:password@host:6379/0``, ``rediss://`` or ``unix://``.
            lease_s: Seconds after which a server that died gives up its slots.

        Raises:
            StorageError: The address is wrong, or the package is missing.
        """
        self._redis = _connect(url)
        self._lease_ms = round(1000 * lease_s)
        self._renew_s = lease_s / RENEWALS
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        self._given_back: defaultdict[str, set[str]] = defaultdict(set)
        self._changed = asyncio.Event()
        self._take = self._redis.register_script(_TAKE)
        self._renew = self._redis.register_script(_RENEW)
        self._begin = self._redis.register_script(_BEGIN)
        self._keeping: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[Any]] = set()
        self.is_up = True
        self.n_unknown = 0

    def start(self) -> None:
        """Begin to renew what is held, until ``close``."""
        self._keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Give back everything, and end the connections."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        for name, slots in self._held.items():
            self._given_back[name] |= slots
        self._held.clear()
        await self._ask(self._tell())
        for asking in self._asking:
            asking.cancel()
        if self._asking:
            await asyncio.wait(self._asking, timeout=PATIENCE_S)
        await self._redis.aclose()

    async def take(self, name: str, slot: str, most: int) -> bool | None:
        """Take a slot, and hold it until ``give_back``. What was given back before is free, told or not.

        Args:
            name: What the slots are of.
            slot: A name of this one that nobody else gives.
            most: How many there are.

        Returns:
            Whether it is taken; None if Redis does not answer: then it is held as well.
        """
        arguments: list[str | int] = [slot, most, self._lease_ms, *self._given_back.get(name, ())]
        try:
            taken = await self._ask(self._take(keys=[_slots(name)], args=arguments))
        except BaseException:
            self.give_back(name, slot)
            raise
        if taken is None or taken:  # not before: a renewal would count what was not given yet
            self._held[name].add(slot)
        return None if taken is None else bool(taken)

    def give_back(self, name: str, slot: str) -> None:
        """A slot is no longer needed; told to Redis in the background."""
        self._drop(name, slot)
        if self.is_up:  # else its lease ends by itself, or was never known there
            self._given_back[name].add(slot)
            self._changed.set()

    async def begin(self, name: str, most: int, window_s: float) -> float | None:
        """Count something that begins, if less than ``most`` did within the last ``window_s`` seconds.

        Returns:
            0 if it may begin, else the seconds to wait; None if Redis does not answer.
        """
        arguments: list[str | int] = [secrets.token_hex(8), most, round(1000 * window_s)]
        wait_ms = await self._ask(self._begin(keys=[f"{PREFIX}rate:{{{name}}}"], args=arguments))
        return None if wait_ms is None else wait_ms / 1000

    def _drop(self, name: str, slot: str) -> None:
        self._held[name].discard(slot)
        if not self._held[name]:
            del self._held[name]

    async def _keep(self) -> None:
        """Tell Redis of all that is held, again and again, and at once of what is given back.

        One task does both, in one order: a slot that was given back is not renewed afterwards.
        """
        loop = asyncio.get_running_loop()
        renewed_at = -self._renew_s
        while True:
            is_due = loop.time() >= renewed_at + self._renew_s or not self.is_up
            if is_due:
                renewed_at = loop.time()
            self._changed.clear()
            is_told = await self._ask(self._tell(renews=is_due), is_probe=True)
            if not is_told:
                await asyncio.sleep(RETRY_S)
                continue
            try:
                async with asyncio.timeout(max(0.0, renewed_at + self._renew_s - loop.time())):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _tell(self, *, renews: bool = False) -> bool:
        given_back = {name: tuple(slots) for name, slots in self._given_back.items()}
        pipe = self._redis.pipeline(transaction=False)
        pipe.ping()
        for name, slots in given_back.items():
            pipe.zrem(_slots(name), *slots)
        if renews:
            for name, held in self._held.items():
                slots = tuple(held)
                for start in range(0, len(slots), AT_ONCE):
                    arguments: list[str | int] = [self._lease_ms, *slots[start : start + AT_ONCE]]
                    await self._renew(keys=[_slots(name)], args=arguments, client=pipe)
        await pipe.execute()
        for name, slots in given_back.items():
            self._given_back[name].difference_update(slots)
            if not self._given_back[name]:
                del self._given_back[name]
        return True

    async def _ask(self, question: Coroutine[Any, Any, T], *, is_probe: bool = False) -> T | None:
        """The answer; None if there is none. While Redis is down only probes are sent."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - an extra

        if not self.is_up and not is_probe:
            self.n_unknown += 1
            question.close()
            return None
        was_up = self.is_up
        try:
            answer = await self._within(PATIENCE_S, question)
        except (RedisError, OSError, TimeoutError) as error:
            if self.is_up:
                log.warning("Redis does not answer (%s): limits hold for each server by itself", _told(error))
            self.is_up = False
            self.n_unknown += not is_probe
            return None
        if not was_up:  # not what was asked before it went down, and answered late
            self.is_up = True
            log.warning("Redis answers again: limits hold over all servers")
        return answer

    async def _within(self, seconds: float, question: Coroutine[Any, Any, T]) -> T:
        """The answer, asked in a task of its own: the client may swallow a cancellation, which ours must not be.

        Raises:
            TimeoutError: It did not come in time.
        """
        asking = asyncio.create_task(question)
        self._asking.add(asking)
        asking.add_done_callback(self._asked)
        done, _ = await asyncio.wait({asking}, timeout=seconds)
        if not done:
            asking.cancel()
            raise TimeoutError
        return asking.result()

    def _asked(self, asking: asyncio.Task[Any]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # nobody may wait for it any more


def _connect(url: str) -> "Redis":
    try:
        from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415 - an extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
    except ImportError as error:
        raise StorageError("Redis needs one more package: pip install 'openwaves[redis]'") from error
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE_S,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise StorageError("redis_url: is not a URL such as redis://user:password@host:6379/0") from error
    return Redis(connection_pool=pool)


def _slots(name: str) -> str:
    return f"{PREFIX}slots:{{{name}}}"


def _told(error: BaseException) -> str:
    """What failed, without the address, which may hold a password."""
    return (
        f"{type(error).__name__}: no answer within {PATIENCE_S:g} s" if isinstance(error, TimeoutError) else str(error)
    )
