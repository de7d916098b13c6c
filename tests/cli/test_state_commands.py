"""`openwaves accounts`, `keys`, `dictionaries` and `usage`, beside a running server."""

import json
import time
from pathlib import Path

import pytest

from tests import forking
from tests.recordings import voice_wav
from tests.servers import RunningServer

SPEECH = {"text": "Say XQZ now.", "voice_id": "magnus", "sample_rate": 8000}
PATH = "/waves/v1/pronunciation-dicts"


def wait_for_status(running: RunningServer, key: str, status: int) -> None:
    end = time.monotonic() + 5
    while running.ask("GET", PATH, key=key).status_code != status:
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def test_a_running_server_follows_the_commands(state_server: RunningServer) -> None:
    account = state_server.run("accounts", "create", "Shell", "--concurrency", "7").stdout.strip()
    assert account.startswith("acc_")
    made = state_server.run("keys", "create", "--account", "Shell", "--name", "laptop")
    key, key_id = made.stdout.strip(), made.stderr.split()[0]
    assert key.startswith("sk_")
    wait_for_status(state_server, key, 200)
    listed = state_server.run("keys", "list", "--account", account, "--json").stdout
    assert [row["id"] for row in json.loads(listed)] == [key_id]
    assert key not in listed
    renewed = state_server.run("keys", "rotate", key_id)
    wait_for_status(state_server, key, 401)
    key, key_id = renewed.stdout.strip(), renewed.stderr.split()[0]
    state_server.run("accounts", "set", "Shell", "--concurrency", "default", "--characters-per-day", "5")
    rows = json.loads(state_server.run("accounts", "list", "--json").stdout)
    (row,) = [row for row in rows if row["id"] == account]
    assert (row["concurrency"], row["characters_per_day"]) == (None, 5)
    end = time.monotonic() + 5
    while (answer := state_server.ask("POST", "/waves/v1/tts", SPEECH, key)).status_code != 429:
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)
    state_server.run("keys", "revoke", key_id)
    wait_for_status(state_server, key, 401)
    assert "laptop" in state_server.run("keys", "list").stdout


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_dictionaries_go_in_and_out(state_server: RunningServer, tmp_path: Path, ending: str) -> None:
    words = [{"word": "New, York", "pronunciation": "the “big” apple"}, {"word": "एपीआई", "pronunciation": "ए पी आई"}]
    source = tmp_path / f"in.{ending}"
    if ending == "csv":
        source.write_text('word,pronunciation\n"New, York",the “big” apple\n\nएपीआई,ए पी आई\n', encoding="utf-8-sig")
    else:
        source.write_text(json.dumps(words))
    made = state_server.run("dictionaries", "import", str(source)).stdout.strip()
    listed = {row["id"]: row["items"] for row in state_server.ask("GET", PATH).json()}
    assert listed[made] == words
    target = tmp_path / f"out.{ending}"
    assert state_server.run("dictionaries", "export", made, "-o", str(target)).returncode == 0
    again = state_server.run("dictionaries", "import", str(target), "--into", made)
    assert again.stdout.strip() == made
    listed = {row["id"]: row["items"] for row in state_server.ask("GET", PATH).json()}
    assert listed[made] == words
    assert made in state_server.run("dictionaries", "list").stdout
    assert made in state_server.run("dictionaries", "list", "--json").stdout


def test_a_voice_is_cloned_listed_and_deleted(state_server: RunningServer, tmp_path: Path) -> None:
    recording = tmp_path / "asha.wav"
    recording.write_bytes(voice_wav())
    details = ("--name", "Asha", "--language", "hi", "--tags", "calm, warm", "--consent", "she signed")
    made = state_server.run("clone", "create", str(recording), *details, "--engine", "tone")
    voice_id = made.stdout.strip()
    assert made.returncode == 0, made.stderr
    assert "making the voice" in made.stderr
    assert state_server.ask("POST", "/waves/v1/tts", {**SPEECH, "voice_id": voice_id}).status_code == 200
    told = state_server.ask("GET", f"/waves/v1/voice-cloning/{voice_id}").json()["data"]
    assert (told["displayName"], told["tags"], told["consent"]) == ("Asha", ["calm", "warm"], "she signed")
    assert told["audioFileNames"] == ["asha.wav"]
    assert voice_id in state_server.run("clone", "list").stdout
    assert voice_id in [row["id"] for row in json.loads(state_server.run("clone", "list", "--json").stdout)]
    assert state_server.run("clone", "delete", voice_id).returncode == 0
    end = time.monotonic() + 5
    while state_server.ask("POST", "/waves/v1/tts", {**SPEECH, "voice_id": voice_id}).status_code != 400:
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def test_usage_is_shown(state_server: RunningServer) -> None:
    state_server.ask("POST", "/waves/v1/tts", SPEECH)
    time.sleep(1.5)
    rows = json.loads(state_server.run("usage", "--account", "default", "--json").stdout)
    assert rows[-1]["characters"] >= len("Say XQZ now.")
    assert "default" in state_server.run("usage").stdout
    assert json.loads(state_server.run("usage", "--until", "2000-01-01", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("keys", "create", "--account", "nobody"), "nobody"),
        (("keys", "revoke", "key_x"), "key_x"),
        (("accounts", "create", "default"), "default"),
        (("accounts", "create", "x", "--sockets", "-1"), "sockets"),
        (("accounts", "create", "x", "--sockets", "few"), "few"),
        (("accounts", "set", "default"), "nothing to change"),
        (("dictionaries", "export", "abc"), "abc"),
        (("dictionaries", "import", "wrong.csv"), "entry 1"),
        (("dictionaries", "import", "empty.csv"), "items"),
        (("dictionaries", "import", "wrong.json"), "JSON"),
        (("clone", "create", "wrong.csv", "--name", " "), "displayName"),
        (("clone", "create", "wrong.csv", "--name", "x", "--language", "xx"), "language"),
        (("clone", "create", "wrong.csv", "--name", "x", "--engine", "tone"), "file: "),
        (("clone", "delete", "voice_x"), "voice_x"),
        (("usage", "--since", "soon"), "soon"),
    ],
)
def test_mistakes_end_in_a_line_that_names_them(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    for name, content in (("wrong.csv", "a,b,c\n"), ("empty.csv", ""), ("wrong.json", "{")):
        (tmp_path / name).write_text(content)
    failed = forking.run_text(*arguments, "--data-dir", "data", folder=tmp_path)
    assert failed.returncode in (1, 2)
    assert told in failed.stderr
    assert "Traceback" not in failed.stderr
