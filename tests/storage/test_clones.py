"""Cloned voices as rows and blobs, on SQLite and on PostgreSQL."""

import asyncio
import subprocess
import sys
from pathlib import Path
from random import Random
from threading import Timer

import numpy as np
import pytest

from openwaves.errors import CloneNotFoundError, StorageUnavailableError, VoiceNotFoundError
from openwaves.storage import Store
from openwaves.storage.blobs import Blobs
from openwaves.storage.clones import CloneDetails, Sample, StoredClone, new_voice_id
from openwaves.types import ClonedStyle

ROOT = Path(__file__).parents[2]
KILLS = 4
DETAILS = CloneDetails("Asha", tags=("calm",), language="hi", consent="she signed")
STYLE = ClonedStyle(np.linspace(-1, 1, 256, dtype=np.float32), 0.9, -1.5, 0.875)
SAMPLES = (Sample("Hello.", b"one"), Sample("Bye.", b"two"))


WRITER = """
import asyncio, os, sys
from pathlib import Path
from openwaves.storage import Store
from tests.storage.test_clones import keep

async def write(store, number):
    kept = []
    while True:
        made = await keep(store, os.urandom(300_000))
        print("kept", made.id, flush=True)
        kept.append(made.id)
        if len(kept) > 3:
            print("asked", kept[0], flush=True)
            await store.clones.delete("default", kept[0])
            print("deleted", kept.pop(0), flush=True)

async def main():
    async with await Store.open(sys.argv[1] or None, Path(sys.argv[2])) as store:
        store.start()
        await asyncio.gather(*(write(store, number) for number in range(3)))

asyncio.run(main())
"""


async def keep(store: Store, recording: bytes = b"recording", account_id: str = "default") -> StoredClone:
    return await store.clones.create(account_id, new_voice_id(), DETAILS, STYLE, recording, SAMPLES)


def files(folder: Path) -> int:
    return len(list((folder / "blobs").iterdir()))


async def test_a_voice_outlives_the_process_and_is_as_it_was(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path) as store:
        made = await keep(store)
    async with await Store.open(database_url or None, tmp_path) as store:
        assert await store.clones.of_account("default") == [made]
        assert await store.clones.find("default", made.record_id) == (made, ["Hello.", "Bye."])
        assert [await store.clones.sample(made.id, number) for number in (0, 1)] == [b"one", b"two"]
        voice = await store.clones.resolve("default", made.id)
        assert (voice.pitch, voice.gain_db, voice.languages, voice.engine) == (0.9, -1.5, ("hi",), "kokoro")
        assert voice.fast_likeness == 0.875
        assert voice.style is not None
        assert np.array_equal(voice.style, STYLE.vector)


async def test_deleting_leaves_no_blob_but_those_of_others(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path) as store:
        one, two, other = await keep(store), await keep(store), await keep(store, b"another recording")
        assert files(tmp_path) == 4
        await store.clones.delete("default", one.id)
        assert files(tmp_path) == 4
        await store.clones.delete("default", two.id)
        assert files(tmp_path) == 3
        assert await store.clones.sample(other.id, 1) == b"two"
        await store.clones.delete("default", other.id)
        assert files(tmp_path) == 0
        with pytest.raises(CloneNotFoundError):
            await store.clones.sample(other.id, 1)


async def test_what_belongs_to_another_account_does_not_exist(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path) as store:
        stranger = (await store.accounts.create("stranger")).id
        made = await keep(store)
        for _ in range(2):  # the second time it is in memory
            with pytest.raises(VoiceNotFoundError):
                await store.clones.resolve(stranger, made.id)
            with pytest.raises(CloneNotFoundError):
                await store.clones.find(stranger, made.record_id)
            with pytest.raises(CloneNotFoundError):
                await store.clones.delete(stranger, made.id)
            await store.clones.resolve("default", made.id)
        assert await store.clones.of_account(stranger) == []


async def test_a_voice_in_use_costs_no_query_and_ends_when_another_process_deletes_it(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        await Store.open(database_url or None, tmp_path) as one,
        await Store.open(database_url or None, tmp_path) as other,
    ):
        made = await keep(one)
        voice = await other.clones.resolve("default", made.id)
        assert await other.clones.resolve("default", made.id) is voice
        await other.refresh()
        assert await other.clones.resolve("default", made.id) is voice
        await one.clones.delete("default", made.id)
        assert await other.clones.resolve("default", made.id) is voice
        await other.refresh()
        with pytest.raises(VoiceNotFoundError):
            await other.clones.resolve("default", made.id)


async def test_sweeping_takes_nothing_from_voices_that_are_being_kept(database_url: str, tmp_path: Path) -> None:
    async with (
        await Store.open(database_url or None, tmp_path) as one,
        await Store.open(database_url or None, tmp_path) as other,
    ):
        blobs = Blobs(None, tmp_path)
        for place in range(3):
            blobs.put(b"left by a crash %d" % place)

        async def sweep() -> None:
            for _ in range(10):
                await other.clones.sweep()

        kept, *_ = await asyncio.gather(
            asyncio.gather(*(keep(one, b"recording %d" % number) for number in range(10))), sweep()
        )
        assert files(tmp_path) == 12
        for clone in kept:
            assert await one.clones.sample(clone.id, 0) == b"one"


async def test_a_full_disk_keeps_nothing_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    async with await Store.open(database_url or None, tmp_path) as store:
        (tmp_path / "blobs").write_bytes(b"in the way")
        with pytest.raises(StorageUnavailableError, match="recordings"):
            await keep(store)
        assert await store.clones.of_account("default") == []
        (tmp_path / "blobs").unlink()
        made = await keep(store)
        (tmp_path / "blobs").rename(tmp_path / "away")
        (tmp_path / "blobs").write_bytes(b"in the way")
        await store.clones.delete("default", made.id)  # the voice is gone, its blobs are not yet
        (tmp_path / "blobs").unlink()
        (tmp_path / "away").rename(tmp_path / "blobs")
        assert files(tmp_path) == 3
        await store.refresh()
        assert files(tmp_path) == 0


async def test_all_processes_sign_alike(database_url: str, tmp_path: Path) -> None:
    async with (
        await Store.open(database_url or None, tmp_path) as one,
        await Store.open(database_url or None, tmp_path) as other,
    ):
        signature = one.signer.sign("text")
        assert other.signer.is_signed("text", signature)
        assert not other.signer.is_signed("texts", signature)
        assert not other.signer.is_signed("text", "ü\ud800")
    (tmp_path / "elsewhere").mkdir()
    async with await Store.open(None, tmp_path / "elsewhere") as stranger:
        assert not stranger.signer.is_signed("text", signature)


@pytest.mark.slow
async def test_kill_9_at_any_moment_loses_nothing_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    there: set[str] = set()
    asked: set[str] = set()
    gone: set[str] = set()
    random = Random(database_url[:1])
    for _ in range(KILLS):
        command = [sys.executable, "-c", WRITER, database_url, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            started = False
            for line in lines:
                if not started:
                    started = True
                    Timer(random.uniform(0, 0.4), process.kill).start()
                if not line.endswith("\n"):  # killed in the middle of it
                    break
                done, voice_id = line.split()
                {"kept": there, "asked": asked, "deleted": gone}[done].add(voice_id)
        async with await Store.open(database_url or None, tmp_path) as store:
            listed = {clone.id for clone in await store.clones.of_account("default")}
            assert there - asked <= listed
            assert not gone & listed
            names = {sample for voice_id in listed for sample in [await store.clones.sample(voice_id, 0)]}
            assert names <= {b"one"}
            await store.clones.sweep()
            assert files(tmp_path) == (len(listed) + 2 if listed else 0)  # its recording each, and two samples
    assert len(there) > 3 * KILLS
