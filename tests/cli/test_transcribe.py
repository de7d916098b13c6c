"""``openwaves transcribe``, with whistled words."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from openwaves.cli.transcribe import transcribe
from openwaves.stt.engines.tone import whistle
from tests.stt.sounds import silence, wav

SOUND = np.concatenate(
    [silence(0.5), whistle("hello my name is John"), silence(2.5), whistle("call twenty"), silence(1)]
)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(SOUND))
    return path


def run(*arguments: object, fails: bool = False) -> str:
    found = CliRunner().invoke(transcribe, [*map(str, arguments), "--engine", "tone"])
    assert (found.exit_code != 0) == fails, found.output
    return found.stdout


def test_text_has_a_line_for_each_stretch_of_speech(sound: Path) -> None:
    assert run(sound) == "hello my name is John\ncall twenty\n"
    assert run(sound, "--numerals") == "hello my name is John\ncall 20\n"
    assert run(sound, "--speakers").startswith("Speaker 0: hello")


def test_captions_are_numbered_and_timed(sound: Path) -> None:
    srt = run(sound, "--format", "srt")
    assert srt.startswith("1\n00:00:00,")
    assert "\n\n2\n00:00:0" in srt
    assert srt.count(" --> ") == 2
    vtt = run(sound, "--format", "vtt", "--words")
    assert vtt.startswith("WEBVTT\n\n00:00:00.")
    assert vtt.count(" --> ") == 7


def test_json_tells_everything(sound: Path) -> None:
    found = json.loads(run(sound, "--format", "json", "--words", "--language", "es"))
    assert (found["text"], found["language"]) == ("hello my name is John call twenty", "es")
    assert [row["text"] for row in found["utterances"]] == ["hello my name is John", "call twenty"]
    assert len(found["words"]) == 7
    assert "words" not in json.loads(run(sound, "--format", "json"))


def test_folders_stand_for_their_files_and_a_bad_one_does_not_stop_the_others(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.mp3").write_bytes(b"no sound at all " * 50)
    (tmp_path / "deep" / "notes.txt").write_text("no sound")
    texts = tmp_path / "texts"
    run(tmp_path, "--output", texts, fails=True)
    assert [path.name for path in texts.iterdir()] == ["call.txt"]
    assert (texts / "call.txt").read_text() == "hello my name is John\ncall twenty\n"


def test_wrong_languages_are_refused(sound: Path) -> None:
    run(sound, "--language", "xx", fails=True)
    run(sound, "--language", "ko", fails=True)


def test_the_ending_of_the_output_is_the_format(sound: Path, tmp_path: Path) -> None:
    run(sound, "--output", tmp_path / "talk.srt")
    assert (tmp_path / "talk.srt").read_text().count(" --> ") == 2
    run(sound, "--output", tmp_path / "talk.json")
    assert json.loads((tmp_path / "talk.json").read_text())["text"].startswith("hello")
    run(sound, sound, "--output", tmp_path / "two.srt", fails=True)
    (tmp_path / "talk.bin").write_bytes(b"")
    run(sound, "--output", tmp_path / "talk.bin", fails=True)


def test_a_list_is_transcribed_and_what_is_there_is_left(sound: Path, tmp_path: Path) -> None:
    rows = [{"file": "call.wav", "name": "first", "language": "es"}, {"file": "call.wav", "name": "second"}]
    batch = tmp_path / "calls.jsonl"
    batch.write_text("\n".join(map(json.dumps, rows)))
    run("--batch", batch, "--format", "vtt")
    assert sorted(path.name for path in (tmp_path / "calls").iterdir()) == ["first.vtt", "second.vtt"]
    (tmp_path / "calls" / "first.vtt").write_text("mine")
    (tmp_path / "calls" / "second.vtt").unlink()
    run("--batch", batch, "--format", "vtt")
    assert (tmp_path / "calls" / "first.vtt").read_text() == "mine"
    assert (tmp_path / "calls" / "second.vtt").read_text().startswith("WEBVTT")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"file": "none.wav"}, "none.wav"),
        ({"name": "a"}, "file is required"),
        ({"file": "call.wav", "colour": "red"}, "'colour' is no column"),
        ({"file": "call.wav", "name": "../a"}, "without a folder"),
        ({"file": "call.wav", "language": "xx"}, "xx"),
    ],
)
def test_a_wrong_row_is_named_before_any_work(sound: Path, tmp_path: Path, row: dict[str, str], named: str) -> None:
    batch = tmp_path / "calls.jsonl"
    batch.write_text(json.dumps({"file": "call.wav"}) + "\n" + json.dumps(row))
    found = CliRunner().invoke(transcribe, ["--batch", str(batch), "--engine", "tone"])
    assert found.exit_code != 0
    assert named in found.output + str(found.exception)
    assert not (tmp_path / "calls").exists()


def test_files_or_a_list_are_needed(sound: Path, tmp_path: Path) -> None:
    run(fails=True)
    batch = tmp_path / "calls.csv"
    batch.write_text("file\ncall.wav\n")
    run(sound, "--batch", batch, fails=True)
