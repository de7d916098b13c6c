"""The commands, as a person runs them."""

import io
import json
import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from openwaves.assembly import fetch_models
from openwaves.settings import load_settings
from openwaves.voices.progress import SilentProgress


def openwaves(*arguments: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "openwaves", *arguments]
    return subprocess.run(command, input=text.encode(), capture_output=True, timeout=120, check=False)


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
    ],
)
def test_mistakes_end_in_a_line_that_names_them(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    failed = subprocess.run(
        [sys.executable, "-m", "openwaves", *arguments], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert failed.returncode in (1, 2)
    assert told in failed.stderr.decode()
    assert "Traceback" not in failed.stderr.decode()


def test_voices_filters_by_language_and_prints_json() -> None:
    rows = json.loads(openwaves("voices", "--language", "bn", "--json").stdout)
    assert len(rows) >= 4
    assert all("bn" in row["languages"] for row in rows)
    assert {row["gender"] for row in rows} == {"female", "male"}
    assert "magnus" in openwaves("voices").stdout.decode()


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
