"""Cloned voices over the wire, on SQLite and on PostgreSQL, with real recordings' worth of made-up sound."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil
import pytest
import requests
from websockets.sync.client import connect

from tests.api.test_dictionaries import another_key
from tests.audio.test_decode import file_of
from tests.recordings import voice_wav
from tests.servers import KEY, PATIENCE_S, RunningServer, server
from tests.waiting import until

PATH = "/waves/v1/voice-cloning"
UNKNOWN = "voice_Unknown000"
VOICE = voice_wav()
HINDI = "नमस्ते, आप कैसे हैं?"


def upload(
    running: RunningServer,
    recording: bytes | None = VOICE,
    path: str = PATH,
    key: str = KEY,
    file_name: str = "me.wav",
    **fields: str,
) -> requests.Response:
    """Send a form; ``displayName`` unless it is among the fields."""
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in {"displayName": "Me", **fields}.items()]
    if recording is not None:
        parts.append(("file", (file_name, recording)))
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(running.url + path, headers=headers, files=parts, timeout=PATIENCE_S)


def clone(running: RunningServer, **options: Any) -> dict[str, Any]:
    """A new voice; a machine that is too busy is asked again, as clients do."""
    for _ in range(10):
        answer = upload(running, **options)
        if answer.status_code not in (429, 503):
            break
        time.sleep(1)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def speech(voice_id: str, text: str = "Say it now.", **fields: object) -> dict[str, object]:
    return {"text": text, "voice_id": voice_id, "sample_rate": 8000, **fields}


def blobs(running: RunningServer) -> list[Path]:
    folder = running.data_dir / "blobs"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture(scope="module")
def voice(state_server: RunningServer) -> dict[str, Any]:
    """A cloned voice that tests only use."""
    return clone(
        state_server, displayName="Asha", description="d", accent="general", tags="en, tone-test", language="en"
    )


def test_the_answer_and_the_list_have_every_field(state_server: RunningServer, voice: dict[str, Any]) -> None:
    assert re.fullmatch(r"voice_[A-Za-z0-9]{10}", voice["voiceId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", voice["createdAt"])
    told = {name: voice[name] for name in ("displayName", "model", "status", "language", "audioFileNames")}
    assert told == {
        "displayName": "Asha",
        "model": "lightning-v3.1",
        "status": "completed",
        "language": "en",
        "audioFileNames": ["me.wav"],
    }
    assert voice["organizationId"] == "default"
    bare = clone(state_server, model="lightning-v3.1-pro", language="")
    for path, name in ((PATH, "data"), (PATH + "/", "data"), ("/api/v1/lightning-large/get_cloned_voices", "voices")):
        rows = {row["voiceId"]: row for row in state_server.get(path).json()[name]}
        row = rows[voice["voiceId"]]
        assert re.fullmatch(r"[0-9a-f]{24}", row["_id"])
        assert {key: value for key, value in row.items() if key not in ("_id", "voiceId", "createdAt")} == {
            "displayName": "Asha",
            "description": "d",
            "accent": "general",
            "tags": ["en", "tone-test"],
            "language": "en",
            "status": "completed",
            "cloningType": "instant",
            "modelIds": ["lightning-v3.1"],
        }
        row = rows[bare["voiceId"]]
        assert [row[key] for key in ("description", "accent", "language", "tags")] == ["", "", "", []]
        assert row["modelIds"] == ["lightning-v3.1-pro"]
    for name in (row["_id"], row["voiceId"]):
        one = state_server.get(f"{PATH}/{name}").json()
        assert one["success"] is True
        assert one["data"].items() >= row.items()
        assert len(one["data"]["samples"]) == 2


def test_samples_play_without_a_key_until_the_link_is_changed(
    state_server: RunningServer, voice: dict[str, Any]
) -> None:
    assert len({sample["text"] for sample in voice["samples"]}) == 2
    for sample in voice["samples"]:
        url = sample["audioUrl"]
        assert url.startswith(state_server.url + PATH)
        assert "sk_" not in url
        heard = requests.get(url, timeout=10)
        assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")
        with av.open(io.BytesIO(heard.content), "r") as file:
            samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
        assert len(samples) > 24000
        assert np.abs(samples).max() > 0.05
        for asked, status, part in (
            ("bytes=0-1", 206, heard.content[:2]),
            ("bytes=100-", 206, heard.content[100:]),
            ("bytes=-10", 206, heard.content[-10:]),
            ("bytes=5-99999999", 206, heard.content[5:]),
            (f"bytes={len(heard.content)}-", 416, b""),
            ("bytes=9-2", 416, b""),
            ("bytes=-", 200, heard.content),
            ("bytes=0-1,4-5", 200, heard.content),
        ):
            ranged = requests.get(url, headers={"Range": asked}, timeout=10)
            assert (ranged.status_code, ranged.content) == (status, part), asked
        for changed in (
            re.sub(r"expires=\d", "expires=9", url),
            url[:-1] + ("A" if url[-1] != "A" else "B"),
            url.partition("?")[0],
            url.replace("/0.mp3", "/2.mp3").replace("/1.mp3", "/2.mp3"),
            url.replace(voice["voiceId"], UNKNOWN),
        ):
            refused = requests.get(changed, timeout=10)
            assert refused.status_code == 403, changed
            assert "link" in refused.json()["error"]


@pytest.mark.parametrize("path", ["/waves/v1/tts", "/waves/v1/tts/live", "/waves/v1/lightning-v2/get_speech"])
@pytest.mark.parametrize(("text", "language"), [("Say it now.", "en"), (HINDI, "hi"), ("Hola, amigo.", "es")])
def test_a_clone_speaks_over_http_in_every_language(
    state_server: RunningServer, voice: dict[str, Any], path: str, text: str, language: str
) -> None:
    answer = state_server.ask("POST", path, speech(voice["voiceId"], text, language=language))
    assert answer.status_code == 200, answer.text
    assert len(answer.content) > 4000


def test_a_clone_speaks_over_the_socket(state_server: RunningServer, voice: dict[str, Any]) -> None:
    url = state_server.url.replace("http", "ws") + f"/waves/v1/tts/live?token={KEY}"
    with connect(url) as socket:
        for voice_id in (voice["voiceId"], UNKNOWN):
            socket.send(json.dumps(speech(voice_id)))
            frames: list[dict[str, Any]] = []
            while not frames or frames[-1]["status"] not in ("complete", "error"):
                frames.append(json.loads(socket.recv(timeout=20)))
            assert frames[-1]["status"] == ("error" if voice_id == UNKNOWN else "complete")
        assert UNKNOWN in frames[-1]["message"]


def test_deleting_ends_the_voice_and_leaves_nothing_of_it(state_server: RunningServer) -> None:
    before = blobs(state_server)
    recording = voice_wav(4, 210)
    for method, path in (("POST", PATH + "/delete/"), ("DELETE", "/api/v1/lightning-large")):
        made = clone(state_server, recording=recording, path=PATH + "/")
        voice_id = made["voiceId"]
        assert len(blobs(state_server)) > len(before)
        assert state_server.ask("POST", "/waves/v1/tts", speech(voice_id)).status_code == 200
        gone = state_server.ask(method, path, {"voiceId": voice_id})
        assert gone.json() == {"success": True, "voiceId": voice_id}
        assert ("Deprecation" in gone.headers) == (method == "DELETE")
        assert voice_id not in state_server.get(PATH).text
        assert state_server.get(f"{PATH}/{voice_id}").status_code == 404
        assert requests.get(made["samples"][0]["audioUrl"], timeout=10).status_code == 404
        refused = state_server.ask("POST", "/waves/v1/tts", speech(voice_id))
        unknown = state_server.ask("POST", "/waves/v1/tts", speech(UNKNOWN))
        assert refused.status_code == 400
        assert refused.text.replace(voice_id, UNKNOWN) == unknown.text
        again = state_server.ask(method, path, {"voiceId": voice_id})
        assert (again.status_code, voice_id in again.json()["error"]) == (404, True)
        assert sorted(blobs(state_server)) == sorted(before)


@pytest.mark.parametrize(
    ("recording", "fields", "told"),
    [
        (None, {}, "file: is required"),
        (VOICE, {"displayName": ""}, "displayName: is required"),
        (VOICE, {"displayName": "x" * 501}, "displayName: "),
        (VOICE, {"displayName": "a\x00b"}, "displayName: must hold printable characters"),
        (VOICE, {"language": "klingon"}, "language: 'klingon'"),
        (VOICE, {"model": "lightning-v9"}, "model: must be one of lightning-v3.1, lightning-v3.1-pro"),
        (VOICE, {"tags": ",".join("x" * 60)}, "tags: must be at most 50"),
        (VOICE, {"description": "x" * 5001}, "description: "),
        (VOICE, {"unknown": "x" * 20_000}, "16KB"),
        (VOICE, {f"f{number}": "x" for number in range(40)}, "Too many fields"),
        (b"", {}, "file: the file is empty"),
        (bytes(6 << 20), {}, "file: must be at most 5 MB"),
        (bytes(30 << 20), {}, "file: must be at most 5 MB"),
        (b"#!/bin/sh\nexit 1\n", {}, "file: "),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", {}, "file: "),
    ],
    ids=range(15),
)
def test_what_is_wrong_is_told(
    state_server: RunningServer, recording: bytes | None, fields: dict[str, str], told: str
) -> None:
    before = blobs(state_server)
    refused = upload(state_server, recording, **fields)
    assert refused.status_code == 400, refused.text
    assert set(refused.json()) == {"error"}
    assert told in refused.json()["error"]
    assert blobs(state_server) == before


def test_the_old_model_is_refused_in_the_words_that_clients_know(state_server: RunningServer) -> None:
    for path in (PATH, "/waves/v1/lightning-large/add_voice"):
        refused = upload(state_server, path=path, model="lightning-v2")
        assert refused.status_code == 400
        assert refused.json() == {"error": "Voice cloning for lightning-v2 is deprecated. Please use lightning-v3.1"}


@pytest.mark.parametrize("body", [b"{}", b"--x\r\nnonsense", b"--x\r\n\r\n\r\n--x--", b""], ids=range(4))
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "application/json", ""])
def test_bodies_that_are_no_form_are_a_400(state_server: RunningServer, body: bytes, kind: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": kind}
    refused = requests.post(state_server.url + PATH, headers=headers, data=body, timeout=10)
    assert refused.status_code == 400
    assert isinstance(refused.json()["error"], str)


@cache
def long_silence() -> bytes:
    """Three hours of nothing in a small file: FLAC, whose frames of nothing are a few bytes each."""
    file = io.BytesIO()
    with av.open(file, "w", "flac") as target:
        stream = target.add_stream("flac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 60 * 8000), "<i2"), "s16", "mono")
        frame.sample_rate = 8000
        for minute in range(180):
            frame.pts = minute * 60 * 8000
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("voice.wav", bytes(50 << 20))
    return file.getvalue()


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def test_hostile_uploads_cost_little_and_leave_neither_files_nor_processes(state_server: RunningServer) -> None:
    process = psutil.Process(state_server.process.pid)
    before, children = blobs(state_server), len(process.children(recursive=True))
    noise = np.random.default_rng(1).bytes(4 << 20)
    for recording in (zip_bomb(), long_silence(), file_of(np.zeros(5 << 18, np.float32), "wav"), VOICE[:1000], noise):
        assert len(recording) <= 5 << 20
        for _ in range(5):
            used_s = cpu_s(process)
            refused = upload(state_server, recording, file_name="../../../etc/passwd")
            if refused.status_code != 503:  # there was a core to read it
                break
        assert refused.status_code == 400, refused.text
        assert refused.json()["error"].startswith("file: ")
        assert cpu_s(process) - used_s < 2
    assert blobs(state_server) == before
    assert len(process.children(recursive=True)) == children


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/cron.d/me.wav", "me.wav"),
        ("C:\\Users\\me\\my voice.wav", "my voice.wav"),
        ("..", "recording"),
        ("a\tb\x1b[31m.wav", "ab[31m.wav"),
        ("आवाज़.wav", "आवाज़.wav"),
        ("x" * 400 + ".wav", "x" * 251 + ".wav"),
    ],
)
def test_file_names_are_only_names(sent: str, kept: str) -> None:
    from openwaves.api.clones import parse_details

    assert parse_details({"displayName": "Me"}, sent).file_name == kept


def test_accounts_do_not_see_each_other(state_server: RunningServer, voice: dict[str, Any]) -> None:
    key = another_key(state_server, "cloners")
    theirs = clone(state_server, key=key)
    assert theirs["organizationId"] != voice["organizationId"]
    row = next(row for row in state_server.get(PATH).json()["data"] if row["voiceId"] == voice["voiceId"])
    mine = (row["voiceId"], row["_id"])
    listed = state_server.ask("GET", PATH, key=key).text
    assert not any(name in listed for name in mine)
    assert theirs["voiceId"] not in state_server.get(PATH).text
    for name, unknown in zip(mine, (UNKNOWN, "0" * 24), strict=True):
        attempts: list[tuple[str, str, Any]] = [
            ("GET", f"{PATH}/{name}", None),
            ("POST", f"{PATH}/delete", {"voiceId": name}),
            ("DELETE", "/waves/v1/lightning-large", {"voiceId": name}),
        ]
        for method, path, body in attempts:
            refused = state_server.ask(method, path, body, key)
            absent = state_server.ask(method, path.replace(name, unknown), body and {"voiceId": unknown}, key)
            assert refused.status_code == absent.status_code == 404
            assert refused.text.replace(name, unknown) == absent.text
    for _ in range(2):  # the second time it is in memory
        for path in ("/waves/v1/tts", "/waves/v1/tts/live"):
            refused = state_server.ask("POST", path, speech(mine[0]), key)
            absent = state_server.ask("POST", path, speech(UNKNOWN), key)
            assert refused.status_code == absent.status_code == 400
            assert refused.text.replace(mine[0], UNKNOWN) == absent.text
        assert state_server.ask("POST", "/waves/v1/tts", speech(mine[0])).status_code == 200


def test_without_a_key_nothing_is_read(state_server: RunningServer) -> None:
    for path in (PATH, "/waves/v1/lightning-large/add_voice"):
        assert upload(state_server, path=path, key="sk_wrong").status_code == 401
    assert state_server.get(PATH, None).status_code == 401
    assert state_server.get(f"{PATH}/{UNKNOWN}", None).status_code == 401


def test_too_many_uploads_at_once_are_told_when_to_come_back(state_server: RunningServer) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: upload(state_server), range(12)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert len(refused) < len(answers)
    assert all(answer.status_code in (200, 429, 503) for answer in answers)
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert set(refused[0].json()) == {"error"}


def test_restarts_and_other_processes(database_url: str, tmp_path: Path) -> None:
    options: tuple[str, ...] = ("--engine", "tone", "--link-lifetime-s", "2")
    with (
        server(tmp_path, *options, OPENWAVES_DATABASE_URL=database_url) as one,
        server(tmp_path, *options, OPENWAVES_DATABASE_URL=database_url) as other,
    ):
        made = clone(one)
        voice_id, url = made["voiceId"], made["samples"][0]["audioUrl"]
        assert other.ask("POST", "/waves/v1/tts", speech(voice_id)).status_code == 200
        assert requests.get(url.replace(one.url, other.url), timeout=10).status_code == 200
        one.process.kill()
        time.sleep(2.1)
        expired = requests.get(url.replace(one.url, other.url), timeout=10)
        assert (expired.status_code, "expired" in expired.json()["error"]) == (403, True)
        options += ("--public-url", "https://tts.example/")
        with server(tmp_path, *options, OPENWAVES_DATABASE_URL=database_url) as again:
            fresh = again.get(f"{PATH}/{voice_id}").json()["data"]["samples"][0]["audioUrl"]
            assert fresh.startswith("https://tts.example/waves/v1/")
            played = requests.get(fresh.replace("https://tts.example", again.url), timeout=10)
            assert played.status_code == 200
            assert again.ask("POST", "/waves/v1/tts", speech(voice_id)).status_code == 200
            again.ask("POST", f"{PATH}/delete", {"voiceId": voice_id})
            until(lambda: other.ask("POST", "/waves/v1/tts", speech(voice_id)).status_code == 400)
    assert list((tmp_path / "blobs").iterdir()) == []


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server whose disk may be filled."""
    with server(tmp_path, "--engine", "tone", OPENWAVES_BLOB_URL=(tmp_path / "blobs").as_uri()) as running:
        running.data_dir = tmp_path
        yield running


def test_a_full_disk_is_told_and_survived(own_server: RunningServer) -> None:
    clone(own_server)
    process = psutil.Process(own_server.process.pid)
    _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
    kept = blobs(own_server)
    process.rlimit(psutil.RLIMIT_FSIZE, (100_000, hard))  # no file may grow beyond, as on a disk that is full
    refused = upload(own_server, voice_wav(6))
    assert refused.status_code == 503, refused.text
    assert "store of recordings" in refused.json()["error"]
    assert int(refused.headers["Retry-After"]) >= 1
    process.rlimit(psutil.RLIMIT_FSIZE, (hard, hard))
    until(lambda: sorted(blobs(own_server)) == sorted(kept))
    clone(own_server, recording=voice_wav(6))
