"""The Wyoming protocol in front of a server.

What a connection asks for goes over the server's own sockets, so text is spoken while it arrives and speech is heard
while it is spoken. Source: the Wyoming protocol, https://github.com/OHF-Voice/wyoming.
"""

import asyncio
import base64
import json
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

import click
import httpx
from websockets.asyncio.client import connect
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

from openwaves import __version__
from openwaves.errors import OpenWavesError
from openwaves.languages import CODES
from openwaves.stt.languages import SERVED

log = logging.getLogger(__name__)

RATE = 24000
HEARD_RATE = 16000
FROM = "openwaves"
TIMEOUT_S = 30.0
MOST_BYTES = 4 << 20


class Upstream:
    """The server that does the work.

    Attributes:
        voice: Of requests that name none.
        language: Heard where a request names none.
    """

    def __init__(self, url: str, api_key: str, voice: str, language: str) -> None:
        self.voice, self.language = voice, language
        self._url, self._api_key = url, api_key

    async def voices(self) -> list[dict[str, Any]]:
        """The catalogue.

        Raises:
            OpenWavesError: The server does not answer.
        """
        headers = {"Authorization": f"Bearer {self._api_key}"}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, headers=headers) as client:
                answer = await client.get(f"{self._url}/v1/audio/voices")
                answer.raise_for_status()
        except httpx.HTTPError as error:
            raise OpenWavesError(f"{self._url} does not answer: {error}") from error
        return [row for row in answer.json()["voices"] if "voice_id" not in row]

    def connect(self, path: str, **query: Any) -> Any:
        """A socket of the server, as a context."""
        address = f"{self._url.replace('http', 'ws', 1)}{path}?{urlencode(query)}"
        headers = {"Authorization": f"Bearer {self._api_key}"}
        return connect(address, additional_headers=headers, max_size=MOST_BYTES, open_timeout=TIMEOUT_S)


async def serve(upstream: Upstream, host: str, port: int) -> None:
    """Listen until the task is cancelled.

    Raises:
        OpenWavesError: The server behind does not answer.
    """
    info = _info(await upstream.voices())
    server = AsyncTcpServer(host, port)
    await server.start(partial(Connection, upstream, info))
    listening: Any = server._server  # the only way to the port
    click.echo(f"listens on tcp://{host}:{listening.sockets[0].getsockname()[1]}", err=True)
    await listening.serve_forever()


def _info(voices: Iterable[dict[str, Any]]) -> Info:
    """What there is, as Wyoming tells it."""
    shared: dict[str, Any] = {"attribution": Attribution(FROM, ""), "installed": True, "version": __version__}
    told = [
        TtsVoice(name=row["id"], description=row["description"], languages=row["languages"], **shared) for row in voices
    ]
    model = AsrModel(name="pulse", description="Speech to text", languages=list(SERVED), **shared)
    return Info(
        tts=[
            TtsProgram(
                name=FROM, description="Text to speech", voices=told, supports_synthesize_streaming=True, **shared
            )
        ],
        asr=[AsrProgram(name=FROM, description="Speech to text", models=[model], **shared)],
    )


class Connection(AsyncEventHandler):
    """One client."""

    def __init__(self, upstream: Upstream, info: Info, *streams: Any) -> None:
        super().__init__(*streams)
        self._upstream, self._info = upstream, info
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._sounds: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._speaking: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[str] | None = None
        self._language = upstream.language
        self._converter = AudioChunkConverter(rate=HEARD_RATE, width=2, channels=1)

    async def handle_event(self, event: Event) -> bool:
        """Do what an event asks; an error is told, and the connection goes on."""
        try:
            await self._handle(event)
        except (OpenWavesError, OSError, ValueError, KeyError, TimeoutError) as error:
            log.warning("%s failed: %s", event.type, error)
            await self.write_event(Error(text=str(error), code="openwaves").event())
        return True

    async def disconnect(self) -> None:
        """Stop what is under way."""
        tasks = [task for task in (self._speaking, self._hearing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle(self, event: Event) -> None:
        if Describe.is_type(event.type):
            await self.write_event(self._info.event())
        elif Synthesize.is_type(event.type):
            if self._speaking is None:  # else it repeats the text that streams
                wanted = Synthesize.from_event(event)
                self._begin(wanted.voice)
                self._texts.put_nowait(wanted.text)
                await self._end()
        elif SynthesizeStart.is_type(event.type):
            self._begin(SynthesizeStart.from_event(event).voice)
        elif SynthesizeChunk.is_type(event.type):
            self._texts.put_nowait(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(event.type):
            await self._end()
            await self.write_event(SynthesizeStopped().event())
        elif Transcribe.is_type(event.type):
            self._language = Transcribe.from_event(event).language or self._upstream.language
        elif AudioStart.is_type(event.type):
            self._sounds = asyncio.Queue()
            self._hearing = asyncio.ensure_future(self._hear(self._sounds))
        elif AudioChunk.is_type(event.type):
            self._sounds.put_nowait(self._converter.convert(AudioChunk.from_event(event)).audio)
        elif AudioStop.is_type(event.type) and self._hearing is not None:
            self._sounds.put_nowait(None)
            hearing, self._hearing = self._hearing, None
            await self.write_event(Transcript(text=await hearing).event())

    def _begin(self, voice: SynthesizeVoice | None) -> None:
        self._texts = asyncio.Queue()
        self._speaking = asyncio.ensure_future(self._speak(self._texts, voice))

    async def _end(self) -> None:
        speaking, self._speaking = self._speaking, None
        if speaking is not None:
            self._texts.put_nowait(None)
            await speaking

    async def _speak(self, texts: "asyncio.Queue[str | None]", voice: SynthesizeVoice | None) -> None:
        """Speak texts as they come, until None."""
        language = voice.language if voice is not None and voice.language in CODES else "auto"
        asked = {
            "voice_id": (voice.name if voice is not None else None) or self._upstream.voice,
            "language": language,
            "sample_rate": RATE,
        }
        await self.write_event(AudioStart(rate=RATE, width=2, channels=1).event())
        async with self._upstream.connect("/waves/v1/tts/live") as socket:
            sending = asyncio.ensure_future(_send_texts(socket, texts, asked))
            try:
                async for data in socket:
                    frame = json.loads(data)
                    if frame["status"] == "error":
                        raise OpenWavesError(frame["message"])
                    if frame["status"] == "complete":
                        break
                    if frame["status"] == "chunk":
                        audio = base64.b64decode(frame["data"]["audio"])
                        await self.write_event(AudioChunk(rate=RATE, width=2, channels=1, audio=audio).event())
            finally:
                sending.cancel()
        await self.write_event(AudioStop().event())

    async def _hear(self, sounds: "asyncio.Queue[bytes | None]") -> str:
        """The text of sounds, until None."""
        options = {"language": self._language, "sample_rate": HEARD_RATE, "finalize_on_words": "false"}
        async with self._upstream.connect("/waves/v1/stt/live", **options) as socket:
            sending = asyncio.ensure_future(_send_sounds(socket, sounds))
            text = ""
            try:
                async for data in socket:
                    frame = json.loads(data)
                    if frame["type"] == "error":
                        raise OpenWavesError(frame["message"])
                    if frame.get("is_final"):
                        text += frame["transcript"]
            finally:
                sending.cancel()
            return text.strip()


async def _send_texts(socket: Any, texts: "asyncio.Queue[str | None]", asked: dict[str, Any]) -> None:
    while (text := await texts.get()) is not None:
        if text:
            await socket.send(json.dumps({**asked, "text": text, "continue": True}))
    await socket.send(json.dumps({**asked, "text": "", "continue": False}))


async def _send_sounds(socket: Any, sounds: "asyncio.Queue[bytes | None]") -> None:
    while (sound := await sounds.get()) is not None:
        await socket.send(sound)
    await socket.send(json.dumps({"type": "close_stream"}))
