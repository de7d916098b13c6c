"""The frames of speech to speech (contract of speech to speech, sections 3 to 6)."""

import base64
import secrets
from dataclasses import asdict
from typing import Any

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

Frame = dict[str, Any]


def frame(kind: str, **fields: Any) -> Frame:
    """One event of the server."""
    return {"type": kind, "event_id": f"sv_{secrets.token_hex(8)}", **fields}


def frame_of(output: Output) -> Frame | None:
    """The frame of an output; None if this wire has none."""
    match output:
        case Heard():
            told = None
        case SpeechStarted():
            told = frame("input_audio_buffer.speech_started", audio_start_ms=_ms(output.at_s), item_id=output.item)
        case SpeechStopped():
            told = frame("input_audio_buffer.speech_stopped", audio_end_ms=_ms(output.at_s), item_id=output.item)
        case ItemAdded() | ItemDone():
            kind = "added" if isinstance(output, ItemAdded) else "done"
            told = frame(f"conversation.item.{kind}", previous_item_id=output.previous, item=told_item(output.item))
        case ResponseCreated():
            told = frame("response.created", response={"id": output.response, "status": "in_progress"})
        case ResponseDone():
            told = frame("response.done", response=_done(output))
        case Problem():
            told = error_frame(output.code, output.message, output.param, output.event_id)
        case Trace():
            told = frame("response.trace", trace=told_trace(output))
        case _:
            told = _content(output)
    return told


def error_type(code: str) -> str:
    """Whose fault an error is."""
    return "server_error" if code in {"internal_error", "server_full"} else "invalid_request_error"


def error_frame(code: str, message: str, param: str = "", event_id: str = "") -> Frame:
    """The frame that tells of an error."""
    error: Frame = {"type": error_type(code), "code": code, "message": message}
    if param:
        error["param"] = param
    if event_id:
        error["event_id"] = event_id
    return frame("error", error=error)


def told_item(item: Item) -> Frame:
    """An item."""
    told: Frame = {"id": item.id, "type": item.kind, "status": item.status}
    if item.kind == "function_call":
        return told | {"call_id": item.call_id, "name": item.name, "arguments": item.arguments}
    if item.kind == "function_call_output":
        return told | {"call_id": item.call_id, "output": item.output}
    way = "output" if item.role == "assistant" else "input"
    kind = f"{way}_{'audio' if item.is_audio else 'text'}"
    return told | {"role": item.role, "content": [{"type": kind, "text": item.text}]}


def _content(output: AudioDelta | WordsDelta | AudioDone | ArgumentsDelta | CallDone) -> Frame:
    where: Frame = {"response_id": output.response, "item_id": output.item, "output_index": output.index}
    match output:
        case AudioDelta():
            data = base64.b64encode(output.data).decode("ascii")
            return frame("response.output_audio.delta", **where, content_index=0, delta=data)
        case WordsDelta():
            return frame("response.output_audio_transcript.delta", **where, content_index=0, delta=output.text)
        case AudioDone():
            return frame("response.output_audio.done", **where, content_index=0)
        case ArgumentsDelta():
            name = {"name": output.name} if output.name else {}
            return frame(
                "response.function_call_arguments.delta", **where, call_id=output.call_id, **name, delta=output.text
            )
        case CallDone():
            return frame(
                "response.function_call_arguments.done",
                **where,
                call_id=output.call_id,
                name=output.name,
                arguments=output.arguments,
            )


def _done(done: ResponseDone) -> Frame:
    details: Frame | None = None
    if done.status == "failed":
        details = {"type": "failed", "error": {"type": "server_error", "code": done.reason}}
    elif done.status != "completed":
        details = {"type": done.status, "reason": done.reason}
    usage = done.usage
    return {
        "id": done.response,
        "status": done.status,
        "status_details": details,
        "output": [told_item(item) for item in done.output],
        "usage": {
            "input_tokens": usage.prompt,
            "output_tokens": usage.completion,
            "total_tokens": usage.prompt + usage.completion,
        },
    }


def told_trace(trace: Trace) -> Frame:
    """When the things of a turn happened."""
    fields = asdict(trace)
    usage = fields.pop("usage")
    told = {
        name: round(value, 3 if name.endswith("_s") else 1) if isinstance(value, float) else value
        for name, value in fields.items()
    }
    return {
        **told,
        "prompt_tokens": usage["prompt"],
        "completion_tokens": usage["completion"],
        "cached_tokens": usage["cached"],
    }


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
