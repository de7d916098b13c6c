"""What a Realtime client is told, by the names of OpenAI's GA protocol."""

import base64
import secrets
from collections.abc import Iterator
from typing import Any

import numpy as np

from openwaves.api.openai.realtime_session import RealtimeFormat, RealtimeSession
from openwaves.api.talk_frames import error_type, told_trace
from openwaves.audio.encode import Encoder, encoder
from openwaves.s2s.told import (
    ArgumentsDelta,
    AudioDelta,
    AudioDone,
    CallDone,
    Heard,
    Item,
    ItemAdded,
    ItemDone,
    Output,
    Problem,
    ResponseCreated,
    ResponseDone,
    SpeechStarted,
    SpeechStopped,
    Trace,
    WordsDelta,
)

_REASONS = {"interrupted": "turn_detected"}

Frame = dict[str, Any]


def frame(kind: str, **fields: Any) -> Frame:
    """One event of the server."""
    return {"type": kind, "event_id": f"event_{secrets.token_hex(10)}", **fields}


def error_frame(code: str, message: str, param: str = "", event_id: str = "") -> Frame:
    """The event that tells of an error."""
    error = {
        "type": error_type(code),
        "code": code,
        "message": message,
        "param": param or None,
        "event_id": event_id or None,
    }
    return frame("error", error=error)


def told_item(item: Item) -> Frame:
    """An item."""
    told: Frame = {"id": item.id, "object": "realtime.item", "type": item.kind, "status": item.status}
    if item.kind == "function_call":
        return told | {"call_id": item.call_id, "name": item.name, "arguments": item.arguments}
    if item.kind == "function_call_output":
        return told | {"call_id": item.call_id, "output": item.output}
    way = "output" if item.role == "assistant" else "input"
    kind = f"{way}_{'audio' if item.is_audio else 'text'}"
    content = [{"type": kind, "transcript" if item.is_audio else "text": item.text}] if item.text is not None else []
    return told | {"role": item.role, "content": content}


class Teller:
    """Renders the outputs of one talk, in their order.

    Attributes:
        session: As it is set now.
        response: Id of the open response, or empty.
        metadata: The client's words about the next response.
    """

    def __init__(self, session: RealtimeSession, name: str) -> None:
        self.session = session
        self.response = ""
        self.metadata: dict[str, str] | None = None
        self._conversation = f"conv_{name}"
        self._told_metadata: dict[str, str] | None = None
        self._n_items = 0
        self._places: dict[str, int] = {}
        self._words: dict[str, str] = {}
        self._starts: dict[str, float] = {}
        self._encoder: Encoder | None = None

    def frames(self, output: Output) -> Iterator[Frame]:
        """What the client is told of an output."""
        match output:
            case SpeechStarted() | SpeechStopped():
                yield from self._speech(output)
            case ItemAdded(item=item) | ItemDone(item=item) if item.role == "user" and item.is_audio:
                if isinstance(output, ItemDone):
                    yield from self._heard(output)
            case ItemAdded():
                yield from self._added(output)
            case ItemDone():
                yield from self._item_done(output)
            case ResponseCreated():
                self.response, self._n_items = output.response, 0
                self._told_metadata, self.metadata = self.metadata, None
                self._encoder = _law_encoder(self.session.audio.output.format)
                yield frame("response.created", response=self._response(output.response, "in_progress"))
            case ResponseDone():
                yield from self._done(output)
            case Problem():
                yield error_frame(output.code, output.message, output.param, output.event_id)
            case Trace():
                if self.session.traces:
                    yield frame("response.trace", trace=told_trace(output))
            case AudioDone() | Heard():
                pass
            case _:
                yield from self._content(output)

    # --- the user

    def _speech(self, output: SpeechStarted | SpeechStopped) -> Iterator[Frame]:
        """Told only where the server takes the turns."""
        starts = isinstance(output, SpeechStarted)
        if starts:
            self._starts[output.item] = output.at_s
        if self.session.audio.input.turn_detection is None:
            return
        kind, field = ("started", "audio_start_ms") if starts else ("stopped", "audio_end_ms")
        yield frame(f"input_audio_buffer.speech_{kind}", item_id=output.item, **{field: _ms(output.at_s)})
        if not starts:
            self._starts[output.item] = output.at_s - self._starts.get(output.item, output.at_s)

    def _heard(self, done: ItemDone) -> Iterator[Frame]:
        """A turn of the user; one without any words is not part of the conversation."""
        seconds = self._starts.pop(done.item.id, 0.0)
        if not done.item.text or done.item.status != "completed":
            return
        where = {"item_id": done.item.id, "previous_item_id": done.previous}
        yield frame("input_audio_buffer.committed", **where)
        item = told_item(done.item)
        for kind in ("added", "done"):
            yield frame(f"conversation.item.{kind}", previous_item_id=done.previous, item=item)
        if self.session.audio.input.transcription is not None:
            text = {"item_id": done.item.id, "content_index": 0}
            yield frame("conversation.item.input_audio_transcription.delta", **text, delta=done.item.text)
            yield frame(
                "conversation.item.input_audio_transcription.completed",
                **text,
                transcript=done.item.text,
                usage={"type": "duration", "seconds": round(seconds, 2)},
            )

    # --- answers

    def _added(self, added: ItemAdded) -> Iterator[Frame]:
        item = told_item(added.item)
        if self.response and added.item.status == "in_progress":
            self._places[added.item.id] = self._n_items
            yield frame("response.output_item.added", response_id=self.response, output_index=self._n_items, item=item)
            self._n_items += 1
        yield frame("conversation.item.added", previous_item_id=added.previous, item=item)
        if added.item.id in self._places and added.item.kind == "message":
            self._words[added.item.id] = ""
            yield frame("response.content_part.added", **self._part(added.item), part=_part(added.item, ""))

    def _content(self, output: AudioDelta | WordsDelta | ArgumentsDelta | CallDone) -> Iterator[Frame]:
        where: Frame = {"response_id": output.response, "item_id": output.item, "output_index": output.index}
        match output:
            case AudioDelta():
                data = self._coded(output.data)
                delta = base64.b64encode(data).decode("ascii")
                yield frame("response.output_audio.delta", **where, content_index=0, delta=delta)
            case WordsDelta():
                self._words[output.item] += output.text
                kind = "output_audio_transcript" if self._is_spoken else "output_text"
                yield frame(f"response.{kind}.delta", **where, content_index=0, delta=output.text)
            case ArgumentsDelta():
                yield frame(
                    "response.function_call_arguments.delta", **where, call_id=output.call_id, delta=output.text
                )
            case CallDone():
                yield frame(
                    "response.function_call_arguments.done",
                    **where,
                    call_id=output.call_id,
                    name=output.name,
                    arguments=output.arguments,
                )

    def _item_done(self, done: ItemDone) -> Iterator[Frame]:
        item = done.item
        place = self._places.pop(item.id, None)
        if place is not None and item.kind == "message":
            text = self._words.pop(item.id, "")
            where = self._part(item, place)
            if item.is_audio:
                yield frame("response.output_audio.done", **where)
                yield frame("response.output_audio_transcript.done", **where, transcript=text)
            else:
                yield frame("response.output_text.done", **where, text=text)
            yield frame("response.content_part.done", **where, part=_part(item, text))
        yield frame("conversation.item.done", previous_item_id=done.previous, item=told_item(item))
        if place is not None:
            yield frame(
                "response.output_item.done", response_id=self.response, output_index=place, item=told_item(item)
            )

    def _done(self, done: ResponseDone) -> Iterator[Frame]:
        details: Frame | None = None
        if done.status == "failed":
            error = {"type": "server_error", "code": done.reason, "message": done.message}
            details = {"type": "failed", "error": error}
        elif done.status != "completed":
            details = {"type": done.status, "reason": _REASONS.get(done.reason, done.reason)}
        usage = done.usage
        response = self._response(done.response, done.status) | {
            "status_details": details,
            "output": [told_item(item) for item in done.output],
            "usage": {
                "input_tokens": usage.prompt,
                "output_tokens": usage.completion,
                "total_tokens": usage.prompt + usage.completion,
                "input_token_details": {
                    "text_tokens": usage.prompt,
                    "audio_tokens": 0,
                    "image_tokens": 0,
                    "cached_tokens": usage.cached,
                },
                "output_token_details": {"text_tokens": usage.completion, "audio_tokens": 0},
            },
        }
        self.response = ""
        yield frame("response.done", response=response)

    @property
    def _is_spoken(self) -> bool:
        return self.session.output_modalities == ["audio"]

    def _part(self, item: Item, place: int | None = None) -> Frame:
        index = self._places[item.id] if place is None else place
        return {"response_id": self.response, "item_id": item.id, "output_index": index, "content_index": 0}

    def _response(self, response_id: str, status: str) -> Frame:
        output = self.session.audio.output
        return {
            "object": "realtime.response",
            "id": response_id,
            "status": status,
            "status_details": None,
            "output": [],
            "conversation_id": self._conversation,
            "output_modalities": self.session.output_modalities,
            "max_output_tokens": self.session.max_output_tokens,
            "audio": {"output": {"format": output.format.told(), "voice": output.voice}},
            "usage": None,
            "metadata": self._told_metadata,
        }

    def _coded(self, pcm: bytes) -> bytes:
        if self._encoder is None:
            return pcm
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        return self._encoder.encode(samples)


def _part(item: Item, text: str) -> Frame:
    return {"type": "audio", "transcript": text} if item.is_audio else {"type": "text", "text": text}


def _law_encoder(kind: RealtimeFormat) -> Encoder | None:
    if kind.type == "audio/pcm":
        return None
    return encoder("ulaw" if kind.type == "audio/pcmu" else "alaw", kind.hz, kind.hz)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
