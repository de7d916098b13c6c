"""Requests of every kind that clients send, mixed at random, and what becomes of them."""

import asyncio
import base64
import json
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

from openwaves.bench.callers import CLOSE_TIMEOUT, LIVE_PATH, SYNC_PATH
from openwaves.bench.options import BYTES_PER_SAMPLE, FORMATS, SAMPLE_RATES
from openwaves.bench.outcome import Outcome
from openwaves.bench.texts import SENTENCES
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.previews import PREVIEW_TEXTS
from openwaves.types import Voice

Transport = Literal["sync", "sse", "ws"]
Ending = Literal["whole", "leave", "cancel"]

PAGE_CHARS = 1500
SHORT_CHARS = 8  # of scripts without spaces, in the place of three words
WORK_S_PER_CHAR = {"hibari": 0.001, "kokoro": 0.014}  # of one core; corrected by what is measured
WORK_S = 0.02  # of any request
LEAVE_WITHIN_S = 1.5
TIMEOUT_S = 180.0
SENTENCE_END = re.compile(r"(?<=[.!?।。])\s*")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    Attributes:
        transport: Route that it takes.
        body: Its JSON, ``text`` included.
        engine: Engine of its voice.
        ending: ``leave``: the client hangs up early; ``cancel``: it sends ``cancel_request`` after the first sound.
        fragments: The text in the pieces in which it is sent over a WebSocket; one piece elsewhere.
        patience_s: When a client who leaves hangs up, seconds after the request.
    """

    transport: Transport
    body: dict[str, Any]
    engine: str
    ending: Ending
    fragments: tuple[str, ...]
    patience_s: float

    @property
    def work_s(self) -> float:
        """Rough guess of the CPU time that it costs."""
        return WORK_S + len(self.body["text"]) * WORK_S_PER_CHAR[self.engine]


@dataclass(slots=True)
class Mix:
    """Draws requests.

    Attributes:
        seed: The same seed draws the same requests.
        dictionaries: Ids that requests may name.
    """

    seed: int
    dictionaries: list[str] = field(default_factory=list)
    _chance: random.Random = field(init=False)
    _voices: tuple[Voice, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._voices = Catalogue.load().voices

    def draw(self, is_page: bool) -> Ask:
        """The next request: a page, or something between three words and a few sentences."""
        chance = self._chance
        hibari, kokoro = ([voice for voice in self._voices if voice.engine == name] for name in ("hibari", "kokoro"))
        voice = chance.choice(hibari if chance.random() < 0.5 else kokoro)
        language = chance.choice([code for code in voice.languages if code in PREVIEW_TEXTS] or ["en"])
        text = self._page(language) if is_page else self._text(language)
        transport: Transport = chance.choice(("sync", "sse", "ws", "ws"))
        ending: Ending = chance.choices(("whole", "leave", "cancel"), (90, 6, 4))[0]
        if ending == "cancel" and transport != "ws":
            ending = "leave"
        body: dict[str, Any] = {
            "text": text,
            "voice_id": voice.id,
            "language": "auto" if chance.random() < 0.1 else language,
            "sample_rate": chance.choice(SAMPLE_RATES),
            "output_format": chance.choice(FORMATS),
            "speed": chance.choice((1.0, 1.0, 1.0, 0.8, 1.3)),
            "word_timestamps": chance.random() < 0.5,
        }
        if self.dictionaries and chance.random() < 0.3:
            body["pronunciation_dicts"] = chance.sample(self.dictionaries, 1)
        fragments = self._cut(text) if transport == "ws" and chance.random() < 0.6 else (text,)
        return Ask(transport, body, voice.engine, ending, fragments, chance.uniform(0.02, LEAVE_WITHIN_S))

    def _sentence(self, language: str) -> str:
        """One sentence; every second one has a number that hardly comes twice."""
        chance = self._chance
        sentences = SENTENCES if language == "en" else SENTENCE_END.split(PREVIEW_TEXTS[language].strip())
        text = chance.choice([sentence for sentence in sentences if sentence])
        return f"{text} {chance.randrange(100_000)}." if chance.random() < 0.5 else text

    def _text(self, language: str) -> str:
        sentence = self._sentence(language)
        match self._chance.choices(("short", "sentence", "paragraph"), (35, 50, 15))[0]:
            case "short":
                words = sentence.split()
                return " ".join(words[:3]) if len(words) > 3 else sentence[:SHORT_CHARS]
            case "paragraph":
                return " ".join([sentence, *(self._sentence(language) for _ in range(3))])
            case _:
                return sentence

    def _page(self, language: str) -> str:
        text = ""
        while len(text) < PAGE_CHARS:
            text += self._sentence(language) + " "
        return text.strip()

    def _cut(self, text: str) -> tuple[str, ...]:
        """Pieces of one to thirty characters, as a language model writes them."""
        pieces = []
        while text:
            n_chars = self._chance.randint(1, 30)
            pieces.append(text[:n_chars])
            text = text[n_chars:]
        return tuple(pieces)


async def ask(session: aiohttp.ClientSession, url: str, request: Ask) -> Outcome:
    """Send it; whatever happens is in the outcome.

    An outcome of a client who left or cancelled is ``ok`` unless the server failed before that.
    """
    outcome = Outcome()
    exchange = {"sync": _sync, "sse": _sse, "ws": _ws}[request.transport]
    limit_s = request.patience_s if request.ending == "leave" else TIMEOUT_S
    try:
        async with asyncio.timeout(limit_s):
            outcome.sent = time.perf_counter()
            await exchange(session, url, request, outcome)
    except TimeoutError:
        if request.ending == "leave":
            outcome.state = "ok"
        else:
            outcome.fail("timeout")
    except aiohttp.WSServerHandshakeError as error:
        outcome.refuse_or_fail(error.status, "handshake", error.message, None)
    except (aiohttp.ClientError, OSError) as error:
        outcome.fail(f"connection {type(error).__name__}", str(error))
    except (ValueError, KeyError, TypeError) as error:
        outcome.fail("bad frame", str(error))
    outcome.ended = time.perf_counter()
    return outcome


def _sound(request: Ask, outcome: Outcome, data: bytes) -> None:
    """Sound comes; its length is known of formats without headers."""
    body = request.body
    per_second = body["sample_rate"] * BYTES_PER_SAMPLE.get(body["output_format"], 0)
    if per_second:
        outcome.sound(len(data) / per_second)
    else:
        outcome.first_audio = outcome.first_audio or time.perf_counter()


def _complete(outcome: Outcome) -> None:
    if outcome.first_audio is None:
        outcome.fail("no audio")
    else:
        outcome.state = "ok"


async def _refused(answer: aiohttp.ClientResponse, outcome: Outcome) -> None:
    text = await answer.text(errors="replace")
    outcome.refuse_or_fail(answer.status, "", text[:300], answer.headers.get("Retry-After"))


async def _sync(session: aiohttp.ClientSession, url: str, request: Ask, outcome: Outcome) -> None:
    async with session.post(url + SYNC_PATH, json=request.body) as answer:
        if answer.status != 200:
            await _refused(answer, outcome)
            return
        if data := await answer.read():
            outcome.first_audio = time.perf_counter()
            outcome.playback.audio_s = len(data) / request.body["sample_rate"] / 2  # only roughly, if compressed
    _complete(outcome)


async def _sse(session: aiohttp.ClientSession, url: str, request: Ask, outcome: Outcome) -> None:
    async with session.post(url + LIVE_PATH, json=request.body) as answer:
        if answer.status != 200:
            await _refused(answer, outcome)
            return
        async for line in answer.content:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            if event.get("error"):
                outcome.error_frame(f"{event.get('status')} {event['error']}", str(event.get("message")))
                return
            if event["done"]:
                _complete(outcome)
                return
            _sound(request, outcome, base64.b64decode(event["audio"]))
    outcome.fail("cut off")


async def _ws(session: aiohttp.ClientSession, url: str, request: Ask, outcome: Outcome) -> None:
    async with session.ws_connect(url + LIVE_PATH, max_msg_size=0, timeout=CLOSE_TIMEOUT) as socket:
        outcome.sent = time.perf_counter()
        for fragment in request.fragments:
            await socket.send_json({**request.body, "text": fragment, "continue": True})
        await socket.send_json({**request.body, "text": "", "continue": False})
        cancelled = False
        async for message in socket:
            frame = json.loads(message.data)
            match frame["status"]:
                case "chunk":
                    _sound(request, outcome, base64.b64decode(frame["data"]["audio"]))
                    if request.ending == "cancel" and not cancelled:
                        cancelled = True
                        await socket.send_json({"cancel_request": True})
                        await socket.send_json({**request.body, "text": "12.", "continue": False})
                case "complete":
                    _complete(outcome)
                    return
                case "error":
                    outcome.error_frame(str(frame.get("error", {}).get("code")), str(frame.get("message")))
                    return
                case _:
                    continue
    outcome.fail("connection closed")
