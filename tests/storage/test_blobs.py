"""Blobs on disk and behind fsspec."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from openwaves.errors import StorageError, StorageUnavailableError
from openwaves.storage.blobs import Blobs


@pytest.fixture(params=["disk", "file URL", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    url = {"disk": None, "file URL": (tmp_path / "elsewhere").as_uri(), "memory": f"memory://{tmp_path.name}"}
    return Blobs(url[request.param], tmp_path)


def test_what_was_put_is_there_under_its_checksum(blobs: Blobs) -> None:
    assert blobs.names() == set()
    name = blobs.put(b"sound")
    assert name == hashlib.sha256(b"sound").hexdigest()
    assert blobs.put(b"sound") == name
    assert blobs.get(name) == b"sound"
    empty = blobs.put(b"")
    assert (blobs.get(empty), blobs.names()) == (b"", {name, empty})
    blobs.delete(name)
    blobs.delete(name)
    assert blobs.names() == {empty}
    with pytest.raises(StorageError, match="lost"):
        blobs.get(name)


def test_damage_is_found_when_read_and_mended_when_put_again(tmp_path: Path) -> None:
    blobs = Blobs(None, tmp_path)
    name = blobs.put(b"sound")
    (path,) = (tmp_path / "blobs").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"s0und")
    with pytest.raises(StorageError, match="damaged"):
        blobs.get(name)
    path.write_bytes(b"so")
    assert blobs.get(blobs.put(b"sound")) == b"sound"


def test_a_writer_whose_unfinished_file_is_swept_writes_it_again(tmp_path: Path) -> None:
    blobs = Blobs(None, tmp_path)
    n_swept = 0
    with ThreadPoolExecutor(1) as pool:
        for _ in range(20):
            data = os.urandom(2_000_000)
            writing = pool.submit(blobs.put, data)
            while not writing.done():
                if unfinished := list((tmp_path / "blobs").glob("*.part")):
                    blobs.remove_unfinished()
                    n_swept += not any(path.exists() for path in unfinished)
                    break
            assert blobs.get(writing.result()) == data
    assert n_swept


def test_what_a_crash_left_is_removed(tmp_path: Path) -> None:
    blobs = Blobs(None, tmp_path)
    name = blobs.put(b"sound")
    (tmp_path / "blobs" / "0123456789abcdef.part").write_bytes(b"so")
    assert blobs.names() == {name}
    blobs.remove_unfinished()
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"in the way")
    blobs = Blobs(None, tmp_path)
    with pytest.raises(StorageUnavailableError) as told:
        blobs.put(b"sound")
    assert "store of recordings" in told.value.message
    assert str(tmp_path) in str(told.value)
    assert str(tmp_path) not in told.value.message
    (tmp_path / "blobs").unlink()
    assert blobs.get(blobs.put(b"sound")) == b"sound"


@pytest.mark.parametrize("url", ["nowhere://x", "no url at all://"])
def test_a_url_of_an_unknown_kind_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="blob_url"):
        Blobs(url, tmp_path)
