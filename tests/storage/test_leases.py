"""Slots and rates in a real Redis, shared by several holders."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from openwaves.api.limits import Limits
from openwaves.errors import StorageError, TooManyRequestsError
from openwaves.storage.accounts import Account, AccountLimits
from openwaves.storage.leases import Leases
from tests.redises import RunningRedis, redis

ACCOUNT = Account("acc", "Sound Ltd", AccountLimits(concurrency=3, sockets=1, requests_per_minute=4))


@pytest.fixture(scope="module")
def running() -> Iterator[RunningRedis]:
    with redis() as found:
        yield found


@pytest.fixture(autouse=True)
def _empty(running: RunningRedis) -> None:
    if running.process is None:
        running.start()
    running.client.flushall()


@asynccontextmanager
async def gateway(running: RunningRedis, lease_s: float = 0.6) -> AsyncIterator[Limits]:
    leases = Leases(running.url, lease_s)
    leases.start()
    try:
        yield Limits(200, leases)
    finally:
        await leases.close()


async def until(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.02)


async def test_all_gateways_together_give_no_more_slots_than_there_are(running: RunningRedis) -> None:
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(gateway(running)) for _ in range(4)]
        n_running = most = refused = 0

        async def one(limits: Limits) -> None:
            nonlocal n_running, most, refused
            try:
                async with limits.request(ACCOUNT):
                    n_running += 1
                    most = max(most, n_running)
                    await asyncio.sleep(0.05)
                    n_running -= 1
            except TooManyRequestsError:
                refused += 1

        await asyncio.gather(*(one(gateways[n % 4]) for n in range(40)))
        assert most == 3
        assert refused == 37
        await until(lambda: not running.client.keys("openwaves:slots:*"))
        async with gateways[0].request(ACCOUNT), gateways[1].request(ACCOUNT), gateways[2].request(ACCOUNT):
            with pytest.raises(TooManyRequestsError, match="3 requests at once"):
                async with gateways[3].request(ACCOUNT):
                    pass


async def test_a_slot_lasts_as_long_as_its_holder_lives_and_no_longer(running: RunningRedis) -> None:
    async with gateway(running) as one, gateway(running) as other:
        assert one.leases is not None
        async with one.socket(ACCOUNT):
            await asyncio.sleep(1.5)  # more than two leases
            with pytest.raises(TooManyRequestsError):
                async with other.socket(ACCOUNT):
                    pass
            assert one.leases._keeping is not None
            one.leases._keeping.cancel()  # it is dead, for all that Redis sees
            began = time.monotonic()
            while True:
                try:
                    async with other.socket(ACCOUNT):
                        break
                except TooManyRequestsError:
                    assert time.monotonic() < began + 10
                    await asyncio.sleep(0.05)
        assert other.refused["sockets"] >= 1


async def test_a_rate_holds_over_all_gateways(running: RunningRedis) -> None:
    async with gateway(running) as one, gateway(running) as other:
        for limits in (one, other, one, other):
            await limits.begin(ACCOUNT)
        for limits in (one, other):
            with pytest.raises(TooManyRequestsError) as refused:
                await limits.begin(ACCOUNT)
            assert 50 <= (refused.value.retry_after_s or 0) <= 61
        none_at_all = Account("none", "", AccountLimits(requests_per_minute=0))
        with pytest.raises(TooManyRequestsError):
            await one.begin(none_at_all)


async def test_without_redis_each_gateway_counts_for_itself_and_tells_it_afterwards(
    running: RunningRedis, caplog: pytest.LogCaptureFixture
) -> None:
    async with gateway(running) as one, gateway(running) as other:
        assert one.leases is not None
        assert other.leases is not None
        async with one.request(ACCOUNT), one.request(ACCOUNT):
            running.stop()
            with caplog.at_level(logging.WARNING):
                async with one.request(ACCOUNT), other.request(ACCOUNT), other.socket(ACCOUNT):
                    await other.begin(ACCOUNT)
                    with pytest.raises(TooManyRequestsError):
                        async with one.request(ACCOUNT):
                            pass
                    assert not one.leases.is_up
                    assert one.leases.n_unknown >= 1
                    running.start()
                    await until(lambda: bool(one.leases and one.leases.is_up and other.leases and other.leases.is_up))
                    assert running.client.zcard("openwaves:slots:{acc:requests}") == 4  # three here, one there
                    with pytest.raises(TooManyRequestsError):
                        async with other.request(ACCOUNT):
                            pass
        assert sum("does not answer" in record.message for record in caplog.records) == 2  # once for each
        assert sum("answers again" in record.message for record in caplog.records) == 2


async def test_a_redis_that_hangs_costs_one_wait_and_no_request(running: RunningRedis) -> None:
    async with gateway(running) as limits:
        async with limits.request(ACCOUNT):
            pass
        running.client.client_pause(1500)
        began = time.monotonic()
        for _ in range(20):
            async with limits.request(ACCOUNT):
                pass
        assert time.monotonic() - began < 1.4  # not twenty times half a second, and the pause was not waited for
        await until(lambda: bool(limits.leases and limits.leases.is_up))


async def test_a_request_that_is_cancelled_while_it_asks_holds_nothing(running: RunningRedis) -> None:
    async with gateway(running) as limits:
        tasks = [asyncio.create_task(limits.request(ACCOUNT).__aenter__()) for _ in range(3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not limits.taken["requests"]
        await until(lambda: not running.client.keys("openwaves:slots:*"))


async def test_a_gateway_that_ends_gives_everything_back_at_once(running: RunningRedis) -> None:
    async with gateway(running, lease_s=10) as limits:
        slot = limits.socket(ACCOUNT)
        await slot.__aenter__()
        assert running.client.keys("openwaves:slots:*")
    assert not running.client.keys("openwaves:slots:*")
    await slot.__aexit__(None, None, None)


def test_a_wrong_address_is_told_without_it() -> None:
    with pytest.raises(StorageError, match="redis_url: is not a URL"):
        Leases("http://user:secret_word@host")
