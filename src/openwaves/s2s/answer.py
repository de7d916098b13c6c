"""One answer on its way: what the model writes is cut, spoken, framed, and told in order."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from openwaves.errors import OpenWavesError, OverloadedError, RequestError
from openwaves.llm.chat import (
    ArgumentsDelta,
    CallStart,
    ChatRequest,
    Delta,
    Finish,
    TextDelta,
    TokenUsage,
    UsageDelta,
)
from openwaves.llm.results import in_words
from openwaves.s2s.calls import Calls
from openwaves.s2s.events import Counted, Event, Failed, Finished, Said
from openwaves.s2s.options import Parts, TalkOptions
from openwaves.s2s.state import item_id, response_id
from openwaves.s2s.told import (
    AudioDelta,
    AudioDone,
    Content,
    Item,
    ItemAdded,
    ItemDone,
    Usage,
    WordsDelta,
)
from openwaves.tts.text.segments import Cutter
from openwaves.types import EncodedChunk, Segment

log = logging.getLogger(__name__)

FIRST_CHARS = (16, 40, 96, 200)
"""Most characters of the first, the second, … piece that is spoken, where an engine would take whole sentences: so the
first sound leaves while the model still writes."""
LEAST_FRAME_S, MOST_FRAME_S = 0.02, 0.2
PATIENCE_S = 15.0
"""So long an answer waits for room: who was let in and has spoken would rather wait than be told of an error."""
ROOM_STEP_S = 0.2

Take = Callable[[Event], None]
Gate = Callable[[], Awaitable[None]]
"""Returns once more sound may be told."""
Mark = Callable[[str], None]
"""Takes note of when something happened."""


@dataclass(slots=True)
class _Message:
    """The spoken part of an answer.

    Attributes:
        id: Its item.
        index: Its place in the answer.
        cutter: Cuts the text while it grows.
        segments: What is to be spoken; None ends it.
        text: All text so far.
        told: How much of it was told.
    """

    id: str
    index: int
    cutter: Cutter
    segments: asyncio.Queue[Segment | None] = field(default_factory=asyncio.Queue)
    text: str = ""
    told: int = 0


class Answering:
    """Makes one answer. ``run`` ends with it; cancelling it stops all work."""

    def __init__(
        self, parts: Parts, options: TalkOptions, name: str, generation: int, take: Take, gate: Gate, mark: Mark
    ) -> None:
        self._parts = parts
        self._options = options
        self._name = name
        self._generation = generation
        self._take = take
        self._gate = gate
        self._mark = mark
        self._response = response_id(name, generation)
        self._message: _Message | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._n_items = 0
        self._usage = TokenUsage()

    async def run(self, request: ChatRequest) -> None:
        """Answer a chat aloud."""
        try:
            reason = await self._think(request)
            message = self._message
            if message is not None and self._speaking is not None:
                self._put(message.cutter.flush())
                message.segments.put_nowait(None)
                await self._speaking
            elif message is not None:
                self._say(ItemDone(Item(message.id, role="assistant", text=message.text.strip()), None))
        except OpenWavesError as error:
            log.warning("an answer failed: %s", error)
            code = "invalid_request_error" if isinstance(error, RequestError) else "internal_error"
            self._take(Failed(self._generation, code, error.message, _told(self._usage)))
        else:
            self._take(Finished(self._generation, _told(self._usage), reason))
        finally:
            if self._speaking is not None:
                self._speaking.cancel()
                await asyncio.gather(self._speaking, return_exceptions=True)

    async def _think(self, request: ChatRequest) -> str:
        """Take in what the model writes; why it stopped too early, or empty."""
        calls = Calls(self._response, self._new_item, self._say)
        reason = ""
        async with aclosing(self._room_for(request)) as deltas:
            async for delta in deltas:
                if self._speaking is not None and self._speaking.done():
                    self._speaking.result()  # it failed
                match delta:
                    case TextDelta(text=text):
                        self._write(text)
                    case CallStart():
                        calls.begin(delta)
                    case ArgumentsDelta(text=text):
                        calls.add(text)
                    case UsageDelta(usage=usage):
                        self._count(usage)
                    case Finish():
                        self._count(delta.usage)
                        reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(
                            delta.reason, ""
                        )
        calls.end()
        return reason

    async def _room_for(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        """What the model answers; where there is no room for it, after a while."""
        late = time.monotonic() + PATIENCE_S
        while True:
            try:
                async with aclosing(in_words(self._parts.chat.complete, request)) as deltas:
                    async for delta in deltas:
                        late = 0.0
                        yield delta
                return
            except OverloadedError:
                if time.monotonic() > late:
                    raise
            await asyncio.sleep(ROOM_STEP_S)

    def _count(self, usage: TokenUsage) -> None:
        self._usage = usage
        self._take(Counted(self._generation, _told(usage)))

    def _new_item(self) -> tuple[int, str]:
        index = self._n_items
        self._n_items += 1
        return index, item_id(self._name, self._generation, index)

    def _write(self, text: str) -> None:
        """The model's next words; speaking begins with the first clause."""
        message = self._message
        if message is None:
            if not text.strip():
                return
            self._mark("first_token")
            speech, synthesizer = self._options.speech, self._parts.synthesizer
            sizes = synthesizer.segment_chars(synthesizer.voice(speech))
            cutter = Cutter(FIRST_CHARS if len(sizes) == 1 else sizes, speech.dictionaries)
            index, item = self._new_item()
            message = self._message = _Message(item, index, cutter)
            is_audio = self._options.is_spoken
            self._say(ItemAdded(Item(item, role="assistant", status="in_progress", is_audio=is_audio), None))
            if is_audio:
                self._speaking = asyncio.create_task(self._speak(message))
        message.text += text
        if self._speaking is None:
            self._say(WordsDelta(self._response, message.id, message.index, text))
        else:
            self._put(message.cutter.feed(text))

    def _put(self, segments: list[Segment]) -> None:
        assert self._message is not None  # noqa: S101 - callers know
        for segment in segments:
            self._mark("first_clause")
            self._message.segments.put_nowait(segment)

    async def _speak(self, message: _Message) -> None:
        """Tell all sound of the message, and the words with it."""
        first = await message.segments.get()
        speech, synthesizer = self._options.speech, self._parts.synthesizer
        frames = _Frames(speech.sample_rate)
        if first is not None:
            segments = _from(first, message.segments)
            stream = synthesizer.stream(speech, synthesizer.voice(speech), segments, wait_s=PATIENCE_S)
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    await self._sound(message, chunk, frames.feed(chunk.data))
        await self._sound(message, EncodedChunk(b""), frames.rest())
        if message.told < len(message.text):
            self._say(WordsDelta(self._response, message.id, message.index, message.text[message.told :]))
        self._say(AudioDone(self._response, message.id, message.index))
        done = Item(message.id, role="assistant", text=message.text.strip(), is_audio=True)
        self._say(ItemDone(done, None))

    async def _sound(self, message: _Message, chunk: EncodedChunk, frames: list[bytes]) -> None:
        if chunk.words:
            end = max(word.end for word in chunk.words)
            if end > message.told:
                text, message.told = message.text[message.told : end], end
                self._say(WordsDelta(self._response, message.id, message.index, text))
        for frame in frames:
            duration_s = len(frame) / 2 / self._options.speech.sample_rate
            await self._gate()
            self._say(AudioDelta(self._response, message.id, message.index, frame, duration_s))

    def _say(self, content: Content) -> None:
        self._take(Said(self._generation, content))


class _Frames:
    """Cuts encoded sound into frames of 20 to 200 ms; only the last may be shorter."""

    def __init__(self, sample_rate: int) -> None:
        self._least = 2 * round(LEAST_FRAME_S * sample_rate)
        self._most = 2 * round(MOST_FRAME_S * sample_rate)
        self._kept = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are whole now."""
        self._kept += data
        frames = []
        while len(self._kept) >= self._least:
            size = self._most if len(self._kept) >= self._most + self._least else min(self._most, len(self._kept))
            frames.append(self._kept[:size])
            self._kept = self._kept[size:]
        return frames

    def rest(self) -> list[bytes]:
        """What is left."""
        kept, self._kept = self._kept, b""
        return [kept] if kept else []


async def _from(first: Segment, queue: asyncio.Queue[Segment | None]) -> AsyncIterator[Segment]:
    segment: Segment | None = first
    while segment is not None:
        yield segment
        segment = await queue.get()


def _told(usage: TokenUsage) -> Usage:
    return Usage(usage.prompt, usage.completion, usage.cached)
