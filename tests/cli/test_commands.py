"""The commands, as a person runs them."""

import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import wave
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from openwaves.assembly import fetch_models
from openwaves.models.progress import SilentProgress
from openwaves.settings import load_settings
from tests import forking


def openwaves(*arguments: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
    return forking.run(*arguments, data=text.encode())


@pytest.mark.parametrize(
    "command", ["serve", "speak", "text", "voices", "models", "models clean", "doctor", "bench", "bench load"]
)
def test_help_tells_what_a_command_does(command: str) -> None:
    shown = openwaves(*command.split(), "--help")
    assert shown.returncode == 0
    assert shown.stdout.decode().startswith("Usage:")


def test_speak_writes_a_file_and_tells_its_length_and_the_factor(tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    said = openwaves("speak", "Hello there.", "--voice", "magnus", "--engine", "tone", "-o", str(target))
    assert said.returncode == 0, said.stderr
    with wave.open(str(target)) as wav:
        length_s = wav.getnframes() / wav.getframerate()
    assert f"{length_s:.2f} s of sound" in said.stderr.decode()
    assert "real-time factor" in said.stderr.decode()


def test_speak_plays_to_stdout_what_stdin_says() -> None:
    said = openwaves("speak", "-", "--engine", "tone", "-o", "-", text="Hello from a pipe.")
    with wave.open(io.BytesIO(said.stdout)) as wav:
        assert wav.getnframes() > 12000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("speak", "Hi", "--voice", "nobody", "--engine", "tone"), "nobody"),
        (("speak", " ", "--engine", "tone"), "text"),
        (("speak", "Hi", "--speed", "9"), "speed"),
        (("serve", "--port", "99999"), "port"),
        (("serve", "--config", "/nowhere.toml"), "nowhere.toml"),
        (("text",), "TEXT"),
        (("text", "Hi", "--voice", "magnos"), "--voice magnos: is not a known voice (perhaps magnus?)"),
        (("text", "-ly is an ending", "-x"), "Put -- before a text that begins with a minus"),
        (("speak", "-h2o"), "Put -- before a text that begins with a minus"),
        (("speak", "Hi", "--voice", "magnos"), "`openwaves voices` lists them"),
        (("speak", "Hi", "-o", "no/such/folder/hi.wav"), "the folder no/such/folder does not exist"),
        (("speak", "Hi", "-o", "."), "is a folder"),
        (("speak", "Hi", "-o", "x.xyz"), ".pcm, .mp3, .wav, .ulaw, .alaw"),
        (("speak", "Hi", "-o", "hello.ogg"), ".mp3"),
        (("speak", "…"), "nothing that can be spoken"),
        (("clone", "create", sys.executable, "--name", "A", "--account", "nobody"), "nobody"),
        (("voices", "--language", "ko"), "ko"),
    ],
)
def test_mistakes_end_in_a_line_that_names_them(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    environment = {**os.environ, "OPENWAVES_DATA_DIR": str(tmp_path / "data")}
    failed = forking.run(*arguments, folder=tmp_path, environment=environment)
    assert failed.returncode in (1, 2)
    assert told in failed.stderr.decode()
    assert "Traceback" not in failed.stderr.decode()
    assert "loading" not in failed.stderr.decode()


def test_voices_filters_by_language_and_prints_json() -> None:
    rows = json.loads(openwaves("voices", "--language", "bn", "--json").stdout)
    assert len(rows) >= 4
    assert all("bn" in row["languages"] for row in rows)
    assert {row["gender"] for row in rows} == {"female", "male"}
    assert "magnus" in openwaves("voices").stdout.decode()


def test_a_language_without_voices_of_its_own_lists_those_that_speak_it() -> None:
    shown = openwaves("voices", "--language", "pl", "--json")
    assert len(json.loads(shown.stdout)) == len(json.loads(openwaves("voices", "--json").stdout))
    assert "Polish" in shown.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "spoken"),
    [
        (["-1.4 degrees"], "minus one point four degrees"),
        (["-5"], "minus five"),
        (["--explain is an option"], "explain is an option"),
        (["-o is one, too", "--language", "en"], "o is one, too"),
        (["--language", "fr", "-1,4 degré"], "moins un virgule quatre degré"),
        (["-20 °C", "--voice", "magnus"], "minus twenty degrees Celsius"),
        (["--", "-ly"], "ly"),
    ],
)
def test_a_text_may_begin_with_a_minus(arguments: list[str], spoken: str) -> None:
    shown = openwaves("text", *arguments)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.decode().strip() == spoken


def test_speak_takes_a_minus_and_the_format_of_the_ending(tmp_path: Path) -> None:
    assert openwaves("speak", "-3", "--engine", "tone", "-o", str(tmp_path / "cold.MP3")).returncode == 0
    assert (tmp_path / "cold.MP3").read_bytes()[:2] in (b"ID", b"\xff\xf3", b"\xff\xfb")
    assert openwaves("speak", "Hi", "--engine", "tone", "-o", str(tmp_path / "bare")).returncode == 0
    assert (tmp_path / "bare").read_bytes()[:4] == b"RIFF"


def test_a_variable_that_is_no_option_is_named() -> None:
    environment = {**os.environ, "OPENWAVES_MODELDIR": "/x"}
    shown = forking.run("models", "list", environment=environment)
    assert b"OPENWAVES_MODELDIR (perhaps OPENWAVES_MODEL_DIR?)" in shown.stderr


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, Any]:
    """How to run a command as a user without an entry and without a home folder, who may write nowhere."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    how: dict[str, Any] = {"user": 12345, "group": 12345, "extra_groups": [], "cwd": "/"}
    modules = (str(Path(__file__).parents[2] / "src"), sysconfig.get_path("purelib"))
    how["env"] = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(modules)}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError):
            if not subprocess.run([python, "-c", "import openwaves"], check=False, **how).returncode:
                return {**how, "executable": python}
    pytest.skip("others cannot run this Python")


def test_a_user_without_a_home_needs_named_folders_and_no_more(nobody: dict[str, Any]) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "openwaves", *arguments]
        return subprocess.run(command, capture_output=True, timeout=60, check=False, **nobody)

    for command, named in (
        (("serve",), "OPENWAVES_DATA_DIR"),
        (("accounts", "list"), "--data-dir"),
        (("models", "list"), "OPENWAVES_MODEL_DIR"),
        (("speak", "Hi", "--engine", "tone", "-o", "-"), "--model-dir"),
    ):
        failed = run(*command)
        assert failed.returncode == 2
        assert named in failed.stderr.decode()
        assert "Traceback" not in failed.stderr.decode()
    assert run("text", "Hi").stdout == b"Hi\n"
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        nobody["env"]["OPENWAVES_DATA_DIR"] = f"{folder}/data"
        assert b"default" in run("accounts", "list").stdout
        process = subprocess.Popen(
            [sys.executable, "-m", "openwaves", "serve", "--engine", "tone", "--port", "0", "--model-dir", folder],
            stderr=subprocess.PIPE,
            **nobody,
        )
        assert process.stderr is not None
        assert b"ready\n" in iter(process.stderr.readline, b"")  # a stop before that is no clean one
        process.terminate()
        assert process.wait(20) == 0
        process.stderr.close()


def test_text_reads_a_batch_in_order_and_tells_of_bad_lines() -> None:
    lines = '{"text": "I paid $5", "language": "en"}\nnonsense\n{"text": "2 + 2", "math_notation": true}\n'
    answers = [json.loads(line) for line in openwaves("text", "--batch", "-", text=lines).stdout.splitlines()]
    assert answers[0]["spoken"] == "I paid five dollars"
    assert answers[0]["words"][2] == {"text": "$5", "start": 7, "end": 9, "spoken": "five dollars"}
    assert "error" in answers[1]
    assert answers[2]["spoken"] == "two plus two"


def test_text_explains_each_stage() -> None:
    shown = openwaves("text", "नमस्ते, आज 25 friends आए", "--explain").stdout.decode()
    for part in ("runs", "पच्चीस", "phonemes", "fɹˈɛndz"):
        assert part in shown


@pytest.mark.slow
def test_doctor_finds_a_machine_that_can_serve_and_one_that_cannot(tmp_path: Path) -> None:
    fine = openwaves("doctor", "--port", "0", "--data-dir", str(tmp_path))
    assert fine.returncode == 0, fine.stdout
    assert b"model files are complete" in fine.stdout
    (tmp_path / "file").write_text("in the way")
    broken = openwaves("doctor", "--port", "0", "--data-dir", str(tmp_path / "file"))
    assert broken.returncode == 1
    assert b"--data-dir" in broken.stdout


def test_models_clean_deletes_what_other_versions_prepared_and_nothing_else(tmp_path: Path) -> None:
    fetch_models(load_settings(), SilentProgress())
    folder = tmp_path / "models"
    shutil.copytree(load_settings().model_dir, folder, copy_function=_link)
    before = sorted(folder.rglob("*"))
    for parent in ("kokoro", "cloning"):
        old = folder / parent / "prepared" / "0123456789abcdef"
        old.mkdir()
        (old / "graph.onnx").write_bytes(bytes(2_000_000))
    cleaned = openwaves("models", "clean", "--model-dir", str(folder))
    assert cleaned.returncode == 0, cleaned.stderr
    assert cleaned.stdout.decode().count("0123456789abcdef (2 MB)") == 2
    left = sorted(folder.rglob("*"))
    assert set(left) <= set(before)
    assert {path for path in before if "prepared" not in path.parts} <= set(left)
    assert "nothing to delete" in openwaves("models", "clean", "--model-dir", str(folder)).stdout.decode()
    assert openwaves("models", "verify", "--model-dir", str(folder)).returncode == 0


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
