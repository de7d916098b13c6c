"""API keys on a real disk."""

import json
import stat
from pathlib import Path

import pytest

from openwaves.errors import StorageError
from openwaves.storage.keys import KeyRing


def test_the_first_start_makes_a_key_shows_it_once_and_keeps_only_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.json"
    ring, key = KeyRing.open(path)
    assert key is not None
    assert key.startswith("sk_")
    assert len(key) >= 3 + 128 / 6
    assert ring.account(key) is not None
    assert key not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again, shown = KeyRing.open(path)
    assert shown is None
    assert again.account(key) == ring.account(key)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("wrong", ["", "sk_", "sk_wrong", "\ud800", "x" * 100_000])
def test_other_keys_belong_to_nobody(wrong: str) -> None:
    assert KeyRing.of_key("sk_right_key").account(wrong) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"keys": [{}]}', '{"keys": [{"sha256": "zz", "account": "a"}]}'])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(StorageError, match=r"keys\.json"):
        KeyRing.open(path)
    assert path.read_text() == content


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be"):
        KeyRing.open(tmp_path / "file" / "keys.json")


def test_the_key_file_is_json_with_one_account(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "keys.json")
    stored = json.loads((tmp_path / "keys.json").read_text())
    assert [row["account"] for row in stored["keys"]] == ["default"]
