"""Accounts and keys in real databases."""

import asyncio
import stat
from pathlib import Path

import pytest

from openwaves.errors import FieldError, NotFoundError, StorageError
from openwaves.storage import Store
from openwaves.storage.accounts import AccountLimits


async def open_store(url: str, folder: Path, api_key: str | None = None) -> Store:
    return await Store.open(url or None, folder, api_key)


async def test_the_first_start_makes_a_key_once_and_keeps_only_its_hash(database_url: str, tmp_path: Path) -> None:
    async with await open_store(database_url, tmp_path) as store:
        key = await store.make_first_key()
        assert key is not None
        assert key.startswith("sk_")
        assert len(key) >= 3 + 128 / 6
        caller = store.keys.caller(key)
        assert caller is not None
        assert caller.account.id == "default"
        assert await store.make_first_key() is None
    async with await open_store(database_url, tmp_path) as store:
        assert await store.make_first_key() is None
        assert store.keys.caller(key) == caller
    for path in tmp_path.iterdir():
        assert key.encode() not in path.read_bytes()


async def test_the_database_file_is_its_owners_only(tmp_path: Path) -> None:
    async with await open_store("", tmp_path):
        for path in tmp_path.glob("openwaves.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", ["", "sk_", "sk_wrong", "\ud800", "x" * 100_000])
async def test_other_keys_belong_to_nobody(tmp_path: Path, wrong: str) -> None:
    async with await open_store("", tmp_path, "sk_right_key") as store:
        assert store.keys.caller(wrong) is None
        assert store.keys.caller("sk_right_key") is not None


async def test_a_key_of_the_settings_is_one_of_the_first_account(database_url: str, tmp_path: Path) -> None:
    async with await open_store(database_url, tmp_path) as store:
        made = await store.make_first_key()
        assert made
    async with await open_store(database_url, tmp_path, "sk_fixed_key") as store:
        fixed, first = store.keys.caller("sk_fixed_key"), store.keys.caller(made)
        assert fixed is not None
        assert first is not None
        assert fixed.account == first.account
        assert fixed.key_id != first.key_id
    async with await open_store(database_url, tmp_path, "sk_other_key") as store:
        assert store.keys.caller("sk_fixed_key") is None


async def test_another_process_learns_of_new_revoked_and_rotated_keys(database_url: str, tmp_path: Path) -> None:
    async with await open_store(database_url, tmp_path) as one, await open_store(database_url, tmp_path) as other:
        other.start()
        account = await one.accounts.create("Sound Ltd")
        key, secret = await one.accounts.create_key(account.id, "laptop")
        await until(lambda: other.keys.caller(secret) is not None)
        caller = other.keys.caller(secret)
        assert caller is not None
        _, renewed = await one.accounts.rotate_key(key.id)
        await until(lambda: other.keys.caller(secret) is None and other.keys.caller(renewed) is not None)
        assert other.keys.current(caller) is None
        (_, last) = await one.accounts.list_keys(account.id)
        await one.accounts.revoke_key(last.id)
        await until(lambda: other.keys.caller(renewed) is None)
        with pytest.raises(NotFoundError):
            await one.accounts.rotate_key(last.id)


async def test_limits_are_changed_and_reset(database_url: str, tmp_path: Path) -> None:
    async with await open_store(database_url, tmp_path) as store:
        await store.accounts.create("A", AccountLimits(concurrency=2))
        await store.accounts.create("B")
        changed = await store.accounts.change("A", {"characters_per_day": 10, "concurrency": None, "name": "C"})
        assert changed.limits == AccountLimits(characters_per_day=10)
        assert [account.name for account in await store.accounts.all()] == ["default", "C", "B"]
        for wrong in ({"name": "B"}, {"name": " "}, {"sockets": -1}, {"sockets": "1"}, {"colour": 1}):
            with pytest.raises(FieldError):
                await store.accounts.change("C", wrong)
        with pytest.raises(NotFoundError):
            await store.accounts.change("A", {"sockets": 1})


async def test_two_first_starts_at_once_make_one_key(database_url: str, tmp_path: Path) -> None:
    stores = await asyncio.gather(*(open_store(database_url, tmp_path) for _ in range(4)))
    keys = await asyncio.gather(*(store.make_first_key() for store in stores))
    assert len([key for key in keys if key]) == 1
    for store in stores:
        await store.close()


async def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="OPENWAVES_DATA_DIR"):
        await open_store("", tmp_path / "file" / "data")


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "postgresql://u:secret@127.0.0.1:1/none"])
async def test_an_address_that_does_not_work_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(StorageError) as failed:
        await open_store(url, tmp_path)
    assert "secret" not in str(failed.value)


async def until(condition: object, limit_s: float = 5.0) -> None:
    assert callable(condition)
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.05)
