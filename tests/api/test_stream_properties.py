"""What holds for every text, however it is sent and in whatever form it comes back."""

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.text.segments import split
from tests.servers import KEY, RunningServer

RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
FORMATS = ("pcm", "wav", "mp3", "ulaw", "alaw")
VOICES = ("sophia", "magnus", "meher")
WORDS = {
    "latin": "I we they The morning train coast quiet Dr. e.g. don't naïve Ünder co-op well-known OK U.S. über café",
    "numbers": "3 $100 25th 1,234.56 10:30 12/05/2024 50% +1-202-555-0147 1/2 2-3 v1.2.3 007 ₹500 3.14 #4 5km",
    "devanagari": "नमस्ते दोस्तों यह एक परीक्षण है और मैं ठीक हूँ। २५ क्या",
    "cyrillic": "Привет мир это проверка голоса сегодня утром",
    "greek": "Καλημέρα κόσμε αυτό είναι μια δοκιμή",
    "tamil": "வணக்கம் இது ஒரு சோதனை",
    "han": "你好世界 今天天气很好。 谢谢",
    "bengali": "আমার সোনার বাংলা আমি তোমায় ভালোবাসি",
    "signs": "🙂 — … * (so) \"yes\" 'no' & @home 👩‍👩‍👧 <b>bold</b> http://a.b/c?d=1 _it_ -- ### 5 > 3",
}
PROPERTY = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def sentences(draw: st.DrawFn, most: int = 5) -> str:
    """A text of a few sentences, mostly in one script with words of others mixed in."""
    texts = []
    for _ in range(draw(st.integers(1, most))):
        script = draw(st.sampled_from(list(WORDS)))
        pool = [*WORDS[script].split() * 3, *WORDS["latin"].split(), *WORDS["numbers"].split()]
        words = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=16))
        if len(words) > 4 and draw(st.booleans()):
            words[len(words) // 2] += draw(st.sampled_from([",", ";", ":", " —"]))
        texts.append(" ".join(words) + draw(st.sampled_from([".", "!", "?", "...", "", "।", "\n"])))
    text = draw(st.sampled_from([" ", " ", "\n", "  "])).join(texts)
    return text if any(character.isalpha() for character in text) else "Well, " + text


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """The text in fragments, as a model's tokens or a network may cut it."""
    places = sorted(draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=30)))
    return [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True) if begin < end]


@pytest.fixture(scope="module")
def url(tone_server: RunningServer) -> str:
    """Only its address: hypothesis prints what an example was given, and that is no place for a server's log."""
    return tone_server.url


def post(url: str, path: str, request: dict[str, Any]) -> requests.Response:
    return requests.post(url + path, json=request, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)


def socket(url: str) -> ClientConnection:
    """A new socket, so that an example that fails does not spoil the next."""
    address = url.replace("http", "ws", 1) + f"/waves/v1/tts/live?token={KEY}"
    return connect(address, max_size=256 << 10, compression=None)


def body(text: str, **fields: object) -> dict[str, object]:
    return {"text": text, "voice_id": "sophia", "sample_rate": 24000, **fields}


def until_complete(ws: Connection) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["status"] != "complete":
        frames.append(json.loads(ws.recv(10)))
        assert frames[-1]["status"] != "error", frames[-1]
    return frames


def speak(url: str, messages: list[dict[str, object]]) -> list[dict[str, Any]]:
    """Send the messages of one request; its frames. Nothing of it may come after the first ``complete``."""
    with socket(url) as ws:
        for message in messages:
            ws.send(json.dumps(message))
        frames = until_complete(ws)
        ws.send(json.dumps(body("Hm.")))
        after = until_complete(ws)
    assert len({frame["request_id"] for frame in frames}) == 1
    assert {frame["request_id"] for frame in after}.isdisjoint(frame["request_id"] for frame in frames)
    return frames


def sound(frames: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(frame["data"]["audio"]) for frame in frames if frame["status"] == "chunk")


def words(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame["data"] for frame in frames if frame["status"] == "word_timestamp"]


def events(answer: str) -> bytes:
    """The sound of an event stream, as the strictest published parser reads it."""
    *chunks, last, rest = answer.split("\n\n")
    assert (last, rest) == ('data: {"status": "200", "done": true}', "")
    sound = b""
    for chunk in chunks:
        name, data = chunk.split("\n")
        assert name == "event: audio"
        assert data.startswith("data: ")
        fields = json.loads(data[6:])
        assert list(fields) == ["audio", "done", "status"]
        sound += base64.b64decode(fields["audio"], validate=True)
    return sound


def without_length(data: bytes, output_format: str) -> bytes:
    """A WAV that is streamed cannot know its length, which is 4 bytes at 4 and at 40; all else must be equal."""
    return data[:4] + data[8:40] + data[44:] if output_format == "wav" else data


@given(
    text=sentences(),
    rate=st.sampled_from(RATES),
    output_format=st.sampled_from(FORMATS),
    voice=st.sampled_from(VOICES),
    speed=st.sampled_from([0.5, 0.9, 1, 1.3, 2]),
)
@PROPERTY
def test_every_way_gives_the_same_bytes(
    url: str,
    text: str,
    rate: int,
    output_format: str,
    voice: str,
    speed: float,
) -> None:
    request = body(text, sample_rate=rate, output_format=output_format, voice_id=voice, speed=speed, language="auto")
    answer = post(url, "/waves/v1/tts", request)
    assert answer.status_code == 200, answer.text
    whole = without_length(answer.content, output_format)
    assert len(whole) > 100
    streamed = post(url, "/waves/v1/tts/live", request)
    streamed.encoding = "utf-8"
    assert without_length(events(streamed.text), output_format) == whole
    frames = speak(url, [request])
    assert without_length(sound(frames), output_format) == whole
    assert frames[0]["status"] == "chunk"
    if output_format == "pcm":
        assert all(len(base64.b64decode(frame["data"]["audio"])) % 2 == 0 for frame in frames[:-1])


@given(text=sentences(), data=st.data())
@PROPERTY
def test_fragments_give_the_words_and_samples_of_the_whole(url: str, text: str, data: st.DataObject) -> None:
    """Until the first break no segment can have been cut, so only ``continue`` may tell the two apart."""
    fields: dict[str, Any] = {"word_timestamps": True, "language": "auto"}
    if data.draw(st.booleans(), "with a context"):
        fields["context_id"] = "c" + str(data.draw(st.integers(0, 10**9)))
    pieces = data.draw(cuts(text))
    if not glued_as_written(pieces):
        return
    whole = speak(url, [body(text, **fields, **{"continue": False})])
    closing: dict[str, object] = {"text": "", "continue": False, **fields}
    pieced = speak(url, [*(body(piece, **fields, **{"continue": True}) for piece in pieces), closing])
    assert words(pieced) == words(whole)
    assert sound(pieced) == sound(whole)


def glued_as_written(pieces: list[str]) -> bool:
    """Whether the rule of contract section 6 that puts in a space leaves these fragments as they are."""
    return not any(
        before[-1:] in tuple(".!?।") and after[:1].isalpha() and not after[:1].islower()
        for before, after in pairwise(pieces)
    ) and bool(pieces[0].strip())


@given(text=sentences(), data=st.data())
@PROPERTY
def test_flushes_change_no_word(url: str, text: str, data: st.DataObject) -> None:
    fields: dict[str, Any] = {"word_timestamps": True, "language": "auto"}
    places = data.draw(st.sets(st.integers(0, len(text.split()) - 1), max_size=4))
    tokens = text.split()
    messages = [
        body(token + " ", **fields, **{"continue": True, "flush": number in places})
        for number, token in enumerate(tokens)
    ]
    frames = speak(url, [*messages, {"text": "", "continue": False}])
    assert [word["word"] for word in words(frames)] == tokens
    assert [word["id"] for word in words(frames)] == list(range(len(tokens)))
    check_times(frames, 24000)


@given(
    text=sentences(),
    rate=st.sampled_from(RATES),
    voice=st.sampled_from(VOICES),
    speed=st.sampled_from([0.5, 0.9, 1, 1.3, 2]),
)
@PROPERTY
def test_words_are_those_of_the_text_and_lie_in_the_sound(
    url: str, text: str, rate: int, voice: str, speed: float
) -> None:
    request = body(text, sample_rate=rate, voice_id=voice, speed=speed, language="auto", word_timestamps=True)
    frames = speak(url, [request])
    assert [word["word"] for word in words(frames)] == text.split()
    assert [word["id"] for word in words(frames)] == list(range(len(text.split())))
    assert frames[0]["status"] == "chunk"
    check_times(frames, rate)


def check_times(frames: list[dict[str, Any]], rate: int) -> None:
    """Times never run backwards, lie in the sound, and come at most one chunk after the sound that they tell of."""
    length_s = len(sound(frames)) / 2 / rate
    last_s = heard_s = before_s = 0.0
    for frame in frames[:-1]:
        data = frame["data"]
        if frame["status"] == "chunk":
            before_s = heard_s
            heard_s += len(base64.b64decode(data["audio"])) / 2 / rate
            continue
        assert last_s <= data["start"] <= data["end"] <= length_s + 0.001, data
        assert data["start"] >= before_s - 0.2 - 0.001, "a word that comes more than one chunk after its sound"
        last_s = data["start"]


@given(texts=st.lists(sentences(most=2), min_size=2, max_size=4), data=st.data())
@settings(PROPERTY, max_examples=8)
def test_contexts_on_one_socket_do_not_mix(url: str, texts: list[str], data: st.DataObject) -> None:
    fields: dict[str, Any] = {"language": "auto", "word_timestamps": True}
    alone = [speak(url, [body(text, **fields)]) for text in texts]
    salt = data.draw(st.integers(0, 10**9))
    left = {f"m{salt}-{number}": text.split(" ") for number, text in enumerate(texts)}
    names = list(left)
    frames: list[dict[str, Any]] = []
    with socket(url) as ws:
        while left:
            name = data.draw(st.sampled_from(sorted(left)))
            tokens = left[name]
            text = tokens.pop(0) + (" " if tokens else "")
            ws.send(json.dumps(body(text, context_id=name, **fields, **{"continue": bool(tokens)})))
            if not tokens:
                del left[name]
        for _ in texts:
            frames += until_complete(ws)
    for name, expected in zip(names, alone, strict=True):
        own = [frame for frame in frames if frame["context_id"] == name]
        assert sound(own) == sound(expected)
        assert words(own) == words(expected)
        assert [frame["status"] == "complete" for frame in own].index(True) == len(own) - 1


def test_no_frame_holds_more_than_200_ms(url: str) -> None:
    longest = {}
    for rate in RATES:
        frames = speak(url, [body("The morning train to the coast was late again, as ever.", sample_rate=rate)])
        sizes = [len(base64.b64decode(frame["data"]["audio"])) for frame in frames if frame["status"] == "chunk"]
        longest[rate] = max(sizes) / 2 / rate
    assert max(longest.values()) <= 0.2005, longest


@given(text=sentences())
@PROPERTY
def test_a_text_is_cut_without_loss(text: str) -> None:
    """The ground of the rest: segments hold the text, in order, each once."""
    segments = split(text, ToneEngine.segment_chars)
    assert "".join("".join(segment.text for segment in segments).split()) == "".join(text.split())
    assert all(text[segment.start : segment.end] == segment.text for segment in segments)
