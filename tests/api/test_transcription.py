"""Files to text on the wire, with whistled words."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import requests

from openwaves.api.outside import Outside, OutsideError
from openwaves.api.transcription_options import parse_query
from openwaves.api.webhooks import MOST_OF_ONE, Webhooks
from openwaves.errors import FieldError, LanguageNotServedError, TooManyRequestsError
from openwaves.stt.engines.tone import whistle
from openwaves.stt.languages import SERVED
from tests.servers import KEY, RunningServer, server
from tests.stt.sounds import RATE, pcm, silence, wav

STT = "/waves/v1/stt/"
ENGLISH = {"model": "pulse", "language": "en"}
SOUND = np.concatenate([silence(0.5), whistle("hello my name is John Smith"), silence(1.2), whistle("yes"), silence(1)])
TEXT = "hello my name is John Smith yes"


@pytest.fixture(scope="module")
def stt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that hears whistles and may reach this machine."""
    folder = tmp_path_factory.mktemp("stt")
    with server(folder, "--engine", "tone", "--private-urls", "true", "--stt-max-bytes", "3000000") as running:
        yield running


def ask(running: RunningServer, body: Any, path: str = STT, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/octet-stream"}
    return requests.post(running.url + path, params={**ENGLISH, **query}, data=body, headers=headers, timeout=60)


def _missing(_number: int) -> tuple[int, dict[str, str], bytes]:
    return 404, {}, b""


class Shelf:
    """A web server of the test's own; remembers what it was asked."""

    def __init__(self, answers: dict[str, Callable[[int], tuple[int, dict[str, str], bytes]]]) -> None:
        self.asked: list[tuple[str, str, bytes, float]] = []
        self.arrived = threading.Condition()
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = urlsplit(self.path).path
                with shelf.arrived:
                    number = sum(urlsplit(row[1]).path == path for row in shelf.asked)
                    shelf.asked.append((self.command, self.path, body, time.monotonic()))
                    shelf.arrived.notify_all()
                status, headers, content = answers.get(path, _missing)(number)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - named by the library

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, number: int, seconds: float = 20) -> list[tuple[str, str, bytes, float]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked) >= number, seconds), self.asked
        return self.asked

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize(
    "path",
    [
        "/waves/v1/stt",
        "/waves/v1/stt/",
        "/waves/v1/pulse/get_text",
        "/api/v1/pulse/get_text/",
        "/api/v1/lightning/get_text",
        "/stt/",
        "/stt",
    ],
)
def test_every_route_answers(stt_server: RunningServer, path: str) -> None:
    answer = ask(stt_server, wav(SOUND), path)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["transcription"] == TEXT
    assert body["words"] == body["utterances"] == []
    assert body["audio_length"] == body["metadata"]["duration"] == round(len(SOUND) / RATE, 4)
    assert body["metadata"]["fileSize"] == len(wav(SOUND))
    assert body["language"] == "en"
    assert "request_id" not in body
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/waves/v1/stt/", "/stt/", "/stt", "/api/v1/pulse/get_text"])
def test_no_route_answers_without_a_key(stt_server: RunningServer, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer sk_wrong"}):
        answer = requests.post(stt_server.url + path, params=ENGLISH, data=b"x", headers=headers, timeout=20)
        assert answer.status_code == 401
        assert isinstance(answer.json()["error"], str)


def test_words_and_utterances_are_told_when_asked_for(stt_server: RunningServer) -> None:
    body = ask(stt_server, wav(SOUND), word_timestamps="TRUE").json()
    assert " ".join(word["word"] for word in body["words"]) == TEXT
    assert [row["text"] for row in body["utterances"]] == [TEXT.removesuffix(" yes"), "yes"]
    assert set(body["words"][0]) == {"word", "start", "end", "confidence"}
    assert abs(body["words"][0]["start"] - 0.5) < 0.05
    assert set(body["utterances"][0]) == {"text", "start", "end"}


def test_speakers_are_told_when_asked_for(stt_server: RunningServer) -> None:
    body = ask(stt_server, wav(SOUND), diarize="1").json()
    assert {type(word["speaker"]) for word in body["words"]} == {int}
    assert {row["speaker"] for row in body["utterances"]} == {0}


def test_text_is_written_redacted_and_formatted_as_asked(stt_server: RunningServer) -> None:
    sound = wav(np.concatenate([silence(0.3), whistle("my name is John Smith please call twenty five dollars")]))
    assert "25" in ask(stt_server, sound, numerals="true").json()["transcription"]
    redacted = ask(stt_server, sound, redact_pii="true", word_timestamps="true").json()
    assert "Smith" not in json.dumps(redacted)
    assert "[LASTNAME_1]" in redacted["transcription"]
    assert "[lastname_1]" in [word["word"] for word in redacted["words"]]
    assert ask(stt_server, sound, format="false").json()["transcription"].islower()


def test_pulse_pro_has_an_answer_of_its_own(stt_server: RunningServer) -> None:
    body = ask(stt_server, wav(SOUND), model="pulse-pro", word_timestamps="true", diarize="true").json()
    assert set(body) == {"status", "transcription", "words", "language", "metadata", "totalBytes", "request_id"}
    assert not any("speaker" in word for word in body["words"])
    assert body["metadata"]["num_chunks"] == 2


def test_what_no_network_hears_is_not_made_up(stt_server: RunningServer) -> None:
    asked = {"emotion_detection": "true", "gender_detection": "true", "age_detection": "true"}
    body = ask(stt_server, wav(silence(2)), **asked).json()
    assert "age" not in body
    assert "gender" not in body
    assert set(body["emotions"].values()) == {0.0}
    assert not {"gender", "emotions"} & set(ask(stt_server, wav(SOUND)).json())


def test_a_form_is_read(stt_server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    fields = {**ENGLISH, "word_timestamps": "true"}
    files = {"audio": ("a.wav", wav(SOUND), "audio/wav")}
    answer = requests.post(stt_server.url + STT, data=fields, files=files, headers=headers, timeout=60)
    assert answer.json()["transcription"] == TEXT
    assert answer.json()["words"]
    without = requests.post(
        stt_server.url + STT, data=fields, files={"x": ("", b"")} | {"y": (None, "z")}, headers=headers, timeout=60
    )
    assert without.status_code == 400


def test_headerless_samples_are_read(stt_server: RunningServer) -> None:
    assert ask(stt_server, pcm(SOUND), encoding="linear16", sample_rate="16000").json()["transcription"] == TEXT
    assert ask(stt_server, pcm(SOUND)).json()["transcription"] == TEXT
    assert ask(stt_server, iter([pcm(SOUND)])).json()["transcription"] == TEXT


def test_a_url_is_fetched_and_redirects_are_followed(stt_server: RunningServer) -> None:
    with Shelf(
        {
            "/call.wav": lambda n: (200, {}, wav(SOUND)),
            "/go": lambda n: (302, {"Location": "/call.wav"}, b""),
            "/round": lambda n: (302, {"Location": "/round"}, b""),
            "/large": lambda n: (200, {}, bytes(3_000_001)),
        }
    ) as shelf:

        def fetch(path: str, **query: str) -> requests.Response:
            headers = {"Authorization": f"Bearer {KEY}"}
            body = {"url": shelf.url + path}
            url = stt_server.url + STT
            return requests.post(url, params={**ENGLISH, **query}, json=body, headers=headers, timeout=60)

        found = fetch("/go").json()
        assert found["transcription"] == TEXT
        assert found["metadata"]["filename"] == "call.wav"
        assert fetch("/round").status_code == fetch("/missing").status_code == 400
        assert fetch("/call.wav", model="pulse-pro").status_code == 400
        assert fetch("/large").status_code == 413


@pytest.mark.parametrize(
    "body", [b"{oops", b"{}", b'{"url": 5}', b'{"url": "ftp://x/a"}', b"[]", b'{"url": "http:///"}']
)
def test_a_body_without_a_url_is_refused(stt_server: RunningServer, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    answer = requests.post(stt_server.url + STT, params=ENGLISH, data=body, headers=headers, timeout=20)
    assert answer.status_code == 400
    assert "url" in answer.json()["message"]


def test_private_addresses_are_barred_without_the_switch() -> None:
    with Shelf({"/a": lambda n: (200, {}, b"secret")}) as shelf:
        barred = Outside(allows_private=False)
        for url in (shelf.url, shelf.url.replace("127.0.0.1", "localhost"), shelf.url.replace("127.0.0.1", "[::1]")):
            with pytest.raises(OutsideError):
                barred.fetch(url + "/a", lambda data: None, time.monotonic() + 5)
        assert not shelf.asked
        got: list[bytes] = []
        Outside(allows_private=True).fetch(shelf.url + "/a", got.append, time.monotonic() + 5)
        assert got == [b"secret"]


@pytest.fixture
def slow_speaker() -> Iterator[str]:
    """A web server that sends a byte every tenth of a second, for ever, and whole answers that are cut."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = []

    def drip(client: socket.socket, data: bytes) -> None:
        with suppress(OSError), client:
            cut = b"/cut" in client.recv(4000)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 99 if cut else data)
            while not cut:
                time.sleep(0.1)
                client.sendall(b"x")

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                connections.append(client)
                threading.Thread(target=drip, args=(client, b"HTTP/1.1 200 OK\r\nX: "), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    for client in connections:
        client.close()


def test_who_answers_byte_by_byte_is_left_in_time(slow_speaker: str) -> None:
    outside = Outside(allows_private=True)
    began = time.monotonic()
    with pytest.raises(OutsideError):
        outside.fetch(slow_speaker, lambda data: None, began + 0.5)
    assert time.monotonic() - began < 3


def test_an_answer_that_is_cut_is_no_sound(slow_speaker: str) -> None:
    with pytest.raises(OutsideError, match="9900 bytes too early"):
        Outside(allows_private=True).fetch(slow_speaker + "/cut", lambda data: None, time.monotonic() + 5)


def test_slow_urls_keep_nobody_else_waiting(stt_server: RunningServer, slow_speaker: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    address = urlsplit(stt_server.url)
    body = json.dumps({"url": slow_speaker}).encode()
    head = f"POST {STT}?model=pulse&language=en HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.create_connection((address.hostname or "", address.port or 0), 10))
            client.sendall(head.encode() + body)
        time.sleep(0.5)
        assert ask(stt_server, wav(SOUND)).json()["transcription"] == TEXT


def test_paths_of_other_scripts_are_fetched() -> None:
    with Shelf({"/%E0%A4%95%20a.wav": lambda n: (200, {}, b"sound")}) as shelf:
        got: list[bytes] = []
        Outside(allows_private=True).fetch(shelf.url + "/क%20a.wav?q=ü", got.append, time.monotonic() + 5)
        assert got == [b"sound"]
        assert shelf.asked[0][1].endswith("?q=%C3%BC")


def test_private_webhooks_are_refused_at_once_without_the_switch() -> None:
    barred = Outside(allows_private=False)
    for host in ("127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254"):
        with pytest.raises(FieldError, match="webhook_url"):
            barred.check(f"http://{host}/hook", "webhook_url")
    Outside(allows_private=True).check("http://127.0.0.1/hook", "webhook_url")
    barred.check("http://no-such-name.invalid/hook", "webhook_url")


async def test_one_account_leaves_room_for_the_webhooks_of_others() -> None:
    webhooks = Webhooks(Outside(allows_private=True))

    async def long() -> None:
        await asyncio.sleep(60)

    for _ in range(MOST_OF_ONE):
        webhooks.start("one", long)
    with pytest.raises(TooManyRequestsError):
        webhooks.start("one", long)
    webhooks.start("another", long)
    await webhooks.close()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"model": "pulsar"}, "pulse-pro"),
        ({"model": ""}, "pulse-pro"),
        ({"language": "xx"}, "multi"),
        ({"language": "auto"}, "multi"),
        ({"model": "pulse-pro", "language": "hi"}, "en"),
        ({"encoding": "linear99"}, "encoding"),
        ({"sample_rate": "fast"}, "sample_rate"),
        ({"word_timestamps": "maybe"}, "word_timestamps"),
        ({"numerals": "often"}, "numerals"),
        ({"redact_pii": "shoesize"}, "redact_pii"),
        ({"webhook_url": "not a url"}, "webhook_url"),
        ({"webhook_url": "http://127.0.0.1:9/x", "webhook_method": "PATCH"}, "webhook_method"),
    ],
)
def test_a_wrong_parameter_is_named(stt_server: RunningServer, query: dict[str, str], named: str) -> None:
    answer = ask(stt_server, wav(SOUND), **query)
    assert answer.status_code == 400
    body = answer.json()
    assert named in body["message"]
    assert body["error"] == body["message"]
    assert body["status"] == "error"
    assert body["errors"][0]["path"]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_a_language_that_nobody_hears_has_its_own_code(stt_server: RunningServer) -> None:
    body = ask(stt_server, wav(SOUND), language="ko").json()
    assert (body["error_code"], body["language"]) == ("LANGUAGE_NOT_ENABLED_IN_REGION", "ko")
    assert body["region"]


def test_no_sound_and_broken_sound_have_their_codes(stt_server: RunningServer) -> None:
    assert ask(stt_server, b"").json()["code"] == "NoAudio"
    assert ask(stt_server, b"no sound at all " * 99).json()["code"] == "AudioDecodeError"


def test_a_long_body_is_refused_before_it_is_read(stt_server: RunningServer) -> None:
    address = urlsplit(stt_server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as client:
        head = f"POST {STT}?model=pulse HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        client.sendall(f"{head}Content-Length: 4000000\r\n\r\n".encode() + bytes(1000))
        assert b" 413 " in client.recv(4000)
    chunked = ask(stt_server, iter([bytes(100_000)] * 31))
    assert chunked.status_code == 413
    assert "3MB" in chunked.json()["message"]


def test_a_client_that_hangs_up_leaves_the_server_well(stt_server: RunningServer) -> None:
    address = urlsplit(stt_server.url)
    data = wav(np.tile(SOUND, 15))
    for sent in (data, data[:1000]):
        with socket.create_connection((address.hostname or "", address.port or 0), 10) as client:
            head = f"POST {STT}?model=pulse&language=en HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            client.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + sent)
    assert ask(stt_server, wav(SOUND)).json()["transcription"] == TEXT


def test_nothing_is_kept_and_said_so(stt_server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "x-expire-content": "true"}
    answer = requests.post(stt_server.url + STT, params=ENGLISH, data=wav(SOUND), headers=headers, timeout=60)
    assert answer.headers["x-content-expiry"] == "applied"
    assert "x-content-expiry" not in ask(stt_server, wav(SOUND)).headers


def test_webhooks_get_the_answer_and_are_tried_again(stt_server: RunningServer) -> None:
    with Shelf({"/hook": lambda n: (503 if n == 0 else 200, {}, b"")}) as shelf:
        asked = {"webhook_url": shelf.url + "/hook", "webhook_extra": "customer:42,status:evil,a:b:c"}
        accepted = ask(stt_server, wav(SOUND), **asked).json()
        assert accepted["status"] == "processing"
        first, second = shelf.wait(2)[:2]
        assert first[2] == second[2]
        assert second[3] - first[3] > 0.5
        body = json.loads(second[2])
        assert body["transcription"] == TEXT
        assert body["request_id"] == accepted["request_id"]
        assert (body["status"], body["customer"], body["a"]) == ("success", "42", "b:c")


def test_webhooks_can_be_asked_with_get(stt_server: RunningServer) -> None:
    with Shelf({"/hook": lambda n: (200, {}, b"")}) as shelf:
        ask(stt_server, wav(SOUND), webhook_url=shelf.url + "/hook?mine=1", webhook_method="get", webhook_extra="a:b")
        method, path, _, _ = shelf.wait(1)[0]
        query = parse_qs(urlsplit(path).query)
        assert method == "GET"
        assert (query["mine"], query["a"], query["transcription"]) == (["1"], ["b"], [TEXT])


def test_webhooks_hear_of_a_failure(stt_server: RunningServer) -> None:
    with Shelf({"/hook": lambda n: (200, {}, b"")}) as shelf:
        ask(stt_server, b"no sound at all " * 99, webhook_url=shelf.url + "/hook", webhook_extra="k:v")
        body = json.loads(shelf.wait(1)[0][2])
        assert (body["status"], body["k"]) == ("failed", "v")
        assert body["error"] == body["message"]


def test_no_text_is_in_the_log_and_seconds_are_counted(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        running.data_dir = tmp_path
        assert ask(running, wav(SOUND)).status_code == 200
        figures = running.get("/metrics", key=None).text
        found = re.search(r"\nopenwaves_transcribed_audio_seconds_total (\S+)", figures)
        assert found
        assert float(found[1]) == pytest.approx(len(SOUND) / RATE, abs=0.01)
        assert running.stop() == 0
        rows = json.loads(running.run("usage", "--json").stdout)
        assert sum(row["heard_s"] for row in rows) == pytest.approx(len(SOUND) / RATE, abs=0.01)
    assert "John" not in "".join(running.log)


def test_options_have_the_defaults_of_the_contract() -> None:
    options = parse_query({"model": "pulse"}, SERVED, None)
    assert options.languages == tuple(SERVED)
    assert options.rules.punctuate
    assert options.rules.capitalize
    assert not options.tells_words
    assert parse_query({"model": "pulse-pro"}, SERVED, None).languages == ("en",)
    assert parse_query({"language": "en-US"}, SERVED, "pulse").languages == ("en",)
    assert parse_query({"language": "hi-dev"}, SERVED, "pulse").languages == ("hi",)
    with pytest.raises(LanguageNotServedError):
        parse_query({"language": "multi-indic"}, {"fr"}, "pulse")
    with pytest.raises(FieldError):
        parse_query({}, SERVED, None)


def test_keywords_are_terms_with_a_boost() -> None:
    options = parse_query({"keywords": "NVIDIA:2,Jensen Huang:1.5,Foo,a:b,"}, SERVED, "pulse")
    assert [tuple(word) for word in options.keywords] == [
        ("NVIDIA", 2.0),
        ("Jensen Huang", 1.5),
        ("Foo", 1.0),
        ("a:b", 1.0),
    ]
