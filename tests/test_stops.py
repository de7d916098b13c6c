"""A first start that is told to stop, at each of its stages."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openwaves.assembly import fetch_models
from openwaves.cancellation import CancelToken
from openwaves.cli.serve import _have_a_home
from openwaves.errors import CancelledWorkError
from openwaves.models import process
from openwaves.models.progress import SilentProgress
from openwaves.settings import load_settings

GRACE_S = 6


def stopped(model_dir: Path, data_dir: Path, stage: str, number: signal.Signals, **environment: str) -> tuple[int, str]:
    """Start a server, signal its whole group when it tells of a stage; its exit status and last words."""
    command = [sys.executable, "-m", "openwaves", "serve", "--port", "0", "--shutdown-grace-s", str(GRACE_S)]
    started = subprocess.Popen(
        [*command, "--data-dir", str(data_dir), "--model-dir", str(model_dir)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    assert started.stderr is not None
    with started.stderr as said:
        assert any(stage in line for line in said), "it ended before"
        time.sleep(0.3)
        at = time.monotonic()
        os.killpg(started.pid, number)
        words = said.read()
        status = started.wait(60)
    assert time.monotonic() - at < GRACE_S + 2
    return status, words


def unfinished(folder: Path) -> list[Path]:
    """What is neither a whole file of the models nor a lock."""
    return [path for path in folder.rglob("*") if path.name.startswith(".") and path.name != ".lock"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_fetching_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        environment = {"PIP_INDEX_URL": index, "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1"}
        status, words = stopped(tmp_path / "models", tmp_path / "data", "fetching", number, **environment)
    assert status == 128 + number
    assert "stopped before it was ready" in words
    assert "trying" not in words
    assert "Traceback" not in words
    assert unfinished(tmp_path / "models") == []


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["preparing the speaker encoders", "preparing the Kokoro", "loading", "warming"])
def test_a_stop_while_the_networks_are_made_ready(tmp_path: Path, stage: str, number: signal.Signals) -> None:
    fetch_models(load_settings(), SilentProgress())
    source, models = load_settings().model_dir, tmp_path / "models"
    is_made = stage in ("loading", "warming")
    shutil.copytree(source, models, ignore=None if is_made else shutil.ignore_patterns("prepared"))
    status, words = stopped(models, tmp_path / "data", stage, number)
    assert status in (128 + number, 1)  # 1 where the machine is so slow that the grace ends first
    assert "stopped" in words
    assert "ready" not in words.replace("stopped before it was ready", "")
    assert unfinished(models) == []
    if not is_made:
        assert list((models / "kokoro").glob("prepared/*")) in ([], [models / "kokoro" / "prepared" / ".lock"])


def test_a_command_is_ended_with_all_that_it_started() -> None:
    cancel = CancelToken()
    script = "sleep 60 & echo $!; wait"
    started: list[int] = []

    def hear(line: str) -> bool:
        started.append(int(line))
        cancel.cancel()
        return True

    at = time.monotonic()
    with pytest.raises(CancelledWorkError):
        process.run(["sh", "-c", script], cancel, hear=hear)
    assert time.monotonic() - at < 10
    time.sleep(0.2)
    state = Path(f"/proc/{started[0]}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
    with pytest.raises(CancelledWorkError):
        process.run(["true"], cancel)


SWALLOWS = """
import os, signal, time
from openwaves.cli.serve import _end
signal.signal(signal.SIGINT, _end)
class Dropped:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
Dropped()
time.sleep(30)
"""


def test_a_stop_that_is_swallowed_is_said_again() -> None:
    """What a destructor raises goes nowhere; imports run such, too."""
    ended = subprocess.run([sys.executable, "-c", SWALLOWS], capture_output=True, timeout=25, check=False)
    assert ended.returncode == 128 + signal.SIGINT


def test_a_user_without_a_home_is_given_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 987654)
    with pytest.raises(RuntimeError):
        Path.home()
    _have_a_home(tmp_path)
    assert Path.home() == tmp_path
