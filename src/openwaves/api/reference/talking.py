"""JSON schemas of speech to speech: Hydra's events, and those of OpenAI's Realtime protocol."""

from openwaves.api.reference.answers import FLAG, NUMBER, TEXT, WHOLE, Schema, const, fields, one_of, ref, rows
from openwaves.api.talk_events import INPUT_RATES, OUTPUT_RATES

_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_OBJECT: Schema = {"type": ["object", "null"]}
_OBJECT: Schema = {"type": "object"}
_IN_ANSWER = {"response_id": TEXT, "item_id": TEXT, "output_index": WHOLE}
_IN_PART = {**_IN_ANSWER, "content_index": WHOLE}


def _event(kind: str, /, optional: Schema | None = None, **required: Schema) -> Schema:
    """An event of the server."""
    return fields(optional, type=const(kind), event_id=TEXT, **required)


def _asked(kind: str, /, optional: Schema | None = None, **required: Schema) -> Schema:
    """An event of the client."""
    return fields({"event_id": TEXT, **(optional or {})}, type=const(kind), **required)


_CONTENT = fields({"text": _MAYBE_TEXT, "transcript": _MAYBE_TEXT}, type=TEXT)
_ITEM = fields(
    {
        "object": const("realtime.item"), "role": one_of("user", "assistant", "system"), "content": rows(_CONTENT),
        "call_id": TEXT, "name": TEXT, "arguments": TEXT, "output": TEXT,
    },
    id=TEXT, type=one_of("message", "function_call", "function_call_output"),
    status=one_of("in_progress", "completed", "incomplete"),
)  # fmt: skip
_NEW_ITEM = fields(
    {
        "id": TEXT, "role": one_of("user", "assistant", "system"), "content": rows(fields({"type": TEXT}, text=TEXT)),
        "call_id": TEXT, "output": {},
    },
    type=one_of("message", "function_call_output"),
)  # fmt: skip
_TOOL = fields({"type": const("function"), "description": TEXT, "parameters": _OBJECT}, name=TEXT)
_ANSWER = fields(
    {"status_details": _MAYBE_OBJECT, "output": rows(_ITEM), "usage": _MAYBE_OBJECT},
    id=TEXT, status=one_of("in_progress", "completed", "cancelled", "incomplete", "failed"),
)  # fmt: skip
_ERROR = _event(
    "error", error=fields({"param": _MAYBE_TEXT, "event_id": _MAYBE_TEXT}, type=TEXT, code=TEXT, message=TEXT)
)
_SHARED: list[Schema] = [
    _event("input_audio_buffer.speech_started", audio_start_ms=WHOLE, item_id=TEXT),
    _event("input_audio_buffer.speech_stopped", audio_end_ms=WHOLE, item_id=TEXT),
    _event("conversation.item.added", previous_item_id=_MAYBE_TEXT, item=_ITEM),
    _event("conversation.item.done", previous_item_id=_MAYBE_TEXT, item=_ITEM),
    _event("response.created", response=_ANSWER),
    _event("response.output_audio.delta", delta={**TEXT, "contentEncoding": "base64"}, **_IN_PART),
    _event("response.output_audio_transcript.delta", delta=TEXT, **_IN_PART),
    _event("response.output_audio.done", **_IN_PART),
    _event("response.function_call_arguments.delta", {"name": TEXT}, call_id=TEXT, delta=TEXT, **_IN_ANSWER),
    _event("response.function_call_arguments.done", call_id=TEXT, name=TEXT, arguments=TEXT, **_IN_ANSWER),
    _event("response.done", response=_ANSWER),
    _event("response.trace", trace=_OBJECT),
    _ERROR,
]
_SOUND = _asked("input_audio_buffer.append", audio={**TEXT, "contentEncoding": "base64"})

SCHEMAS: dict[str, Schema] = {
    "TalkEvent": {
        "oneOf": [
            _asked(
                "session.configure",
                session=fields(
                    {
                        "instructions": TEXT, "voice": TEXT, "tools": rows(_TOOL),
                        "generate_initial_response": {**FLAG, "default": False},
                        "input_audio_format": const("pcm16"), "output_audio_format": const("pcm16"),
                        "input_audio_sample_rate": {**WHOLE, "enum": list(INPUT_RATES)},
                        "output_audio_sample_rate": {**WHOLE, "enum": list(OUTPUT_RATES)},
                        "language": TEXT, "trace": {**FLAG, "default": False},
                    }
                ),
            ),
            _asked("session.update", session=fields(tools=rows(_TOOL))),
            _SOUND,
            _asked("conversation.item.create", item=_NEW_ITEM),
            _asked("response.create"),
            _asked("response.cancel"),
        ]
    },
    "TalkFrame": {
        "oneOf": [
            _event("warning", code=TEXT, message=TEXT),
            _event("session.created", session_id=TEXT),
            _event("session.configured", session=_OBJECT),
            _event("session.updated", session=_OBJECT),
            *_SHARED,
        ]
    },
    "RealtimeClientEvent": {
        "oneOf": [
            _asked("session.update", session=ref("RealtimeSession")),
            _SOUND,
            _asked("input_audio_buffer.commit"),
            _asked("input_audio_buffer.clear"),
            _asked("conversation.item.create", {"previous_item_id": _MAYBE_TEXT}, item=_NEW_ITEM),
            _asked("conversation.item.retrieve", item_id=TEXT),
            _asked("conversation.item.delete", item_id=TEXT),
            _asked("conversation.item.truncate", item_id=TEXT, content_index=const(0), audio_end_ms=WHOLE),
            _asked("response.create", {"response": ref("RealtimeResponse")}),
            _asked("response.cancel", {"response_id": TEXT}),
        ]
    },
    "RealtimeServerEvent": {
        "oneOf": [
            _event("session.created", session=_OBJECT),
            _event("session.updated", session=_OBJECT),
            _event("input_audio_buffer.committed", item_id=TEXT, previous_item_id=_MAYBE_TEXT),
            _event("input_audio_buffer.cleared"),
            _event("conversation.item.input_audio_transcription.delta", item_id=TEXT, content_index=WHOLE, delta=TEXT),
            _event(
                "conversation.item.input_audio_transcription.completed",
                item_id=TEXT, content_index=WHOLE, transcript=TEXT,
                usage=fields(type=const("duration"), seconds=NUMBER),
            ),
            _event("conversation.item.retrieved", item=_ITEM),
            _event("conversation.item.deleted", item_id=TEXT),
            _event("conversation.item.truncated", item_id=TEXT, content_index=WHOLE, audio_end_ms=WHOLE),
            _event("response.output_item.added", response_id=TEXT, output_index=WHOLE, item=_ITEM),
            _event("response.output_item.done", response_id=TEXT, output_index=WHOLE, item=_ITEM),
            _event("response.content_part.added", part=_CONTENT, **_IN_PART),
            _event("response.content_part.done", part=_CONTENT, **_IN_PART),
            _event("response.output_audio_transcript.done", transcript=TEXT, **_IN_PART),
            _event("response.output_text.delta", delta=TEXT, **_IN_PART),
            _event("response.output_text.done", text=TEXT, **_IN_PART),
            *_SHARED,
        ]
    },
}  # fmt: skip
"""By name."""
