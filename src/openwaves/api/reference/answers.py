"""JSON schemas of what the server answers. The tests hold real answers against them."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}


def ref(name: str) -> Schema:
    """A schema of ``SCHEMAS``, or of a body."""
    return {"$ref": f"#/components/schemas/{name}"}


def rows(schema: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": schema}


def fields(optional: Schema | None = None, /, **required: Schema) -> Schema:
    """An object."""
    properties = {name.rstrip("_"): schema for name, schema in required.items()}
    return {"type": "object", "properties": {**properties, **(optional or {})}, "required": list(properties)}


def const(value: Any) -> Schema:
    """One value."""
    return {"const": value}


def one_of(*values: str) -> Schema:
    """One of a few texts."""
    return {"type": "string", "enum": list(values)}


_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
_ANY: Schema = {"type": "object"}
_VOICE = {
    "tags": fields(language=rows(TEXT), accent=TEXT, gender=TEXT, age=TEXT, emotions=rows(TEXT), usecases=rows(TEXT))
}
_CLONE = {
    "_id": TEXT,
    "voiceId": TEXT,
    "displayName": TEXT,
    "description": TEXT,
    "accent": TEXT,
    "tags": rows(TEXT),
    "language": TEXT,
    "status": TEXT,
    "cloningType": const("instant"),
    "modelIds": rows(TEXT),
    "createdAt": TEXT,
}
_WORD = fields({"speaker": WHOLE, "speaker_confidence": NUMBER}, word=TEXT, start=NUMBER, end=NUMBER, confidence=NUMBER)
_UTTERANCE = fields({"speaker": WHOLE}, text=TEXT, start=NUMBER, end=NUMBER)
_SPOKEN = fields(word=TEXT, start=NUMBER, end=NUMBER)
_DURATION = fields(type=const("duration"), seconds=WHOLE)
_SEGMENT = fields(
    id=WHOLE, seek=WHOLE, start=NUMBER, end=NUMBER, text=TEXT, tokens=rows(WHOLE), temperature=NUMBER,
    avg_logprob=NUMBER, compression_ratio=NUMBER, no_speech_prob=NUMBER,
)  # fmt: skip
_SAID_BY = fields(type=const("transcript.text.segment"), id=TEXT, start=NUMBER, end=NUMBER, text=TEXT, speaker=TEXT)
_USAGE = fields(
    prompt_tokens=WHOLE,
    completion_tokens=WHOLE,
    total_tokens=WHOLE,
    prompt_tokens_details=fields(cached_tokens=WHOLE),
)
_CALL = fields(id=TEXT, type=const("function"), function=fields(name=TEXT, arguments=TEXT))
_MESSAGE = fields({"tool_calls": rows(_CALL)}, role=const("assistant"), content=_MAYBE_TEXT)

SCHEMAS: dict[str, Schema] = {
    "Error": fields({"details": rows(_ANY)}, error=TEXT, message=TEXT),
    "CloneError": fields(error=TEXT),
    "Pass": fields(key=TEXT, expires_in=WHOLE),
    "TranscriptionError": fields(
        {"errors": rows(_ANY), "language": TEXT, "region": TEXT},
        status=const("error"), error=TEXT, message=TEXT, code=TEXT, error_code=TEXT, request_id=TEXT,
    ),
    "OpenAIError": fields(
        error=fields(
            {"details": rows(_ANY)},
            message=TEXT, type=TEXT, code=_MAYBE_TEXT, param=_MAYBE_TEXT, request_id=TEXT,
        )
    ),
    "Health": fields({"components": _ANY, "uptime_seconds": NUMBER}, status=const("healthy"), version=TEXT),
    "Ready": fields({"stage": TEXT, "workers": WHOLE}, status=one_of("ready", "loading")),
    "ChatHealth": fields(
        {"model": TEXT, "first_token_ms": WHOLE, "problem": TEXT}, status=one_of("ok", "idle", "failing")
    ),
    "Token": fields(access_token=TEXT, token_type=const("Bearer"), expires_in=WHOLE, expires_at=TEXT),
    "Voices": fields(voices=rows(fields(voiceId=TEXT, displayName=TEXT, **_VOICE))),
    "AllVoices": fields(
        voices=rows(
            fields(
                _id=TEXT, voiceId=TEXT, displayName=TEXT, description=TEXT, audioPreview=TEXT, models=rows(TEXT),
                **_VOICE,
            )
        )
    ),
    "Dictionary": fields(id=TEXT, items=rows(ref("Item")), createdAt=TEXT),
    "DictionaryChanged": fields(id=TEXT, items=rows(ref("Item"))),
    "DictionaryDeleted": fields(id=TEXT, deleted=const(True)),
    "CloneRow": fields(**_CLONE),
    "Clone": fields(
        {"samples": rows(fields(text=TEXT, audioUrl=TEXT))}, voiceId=TEXT, displayName=TEXT, model=TEXT, status=TEXT,
        language=TEXT, audioFileNames=rows(TEXT), createdAt=TEXT, organizationId=TEXT,
    ),
    "CloneMade": fields(message=TEXT, data=ref("Clone")),
    "CloneFound": fields(success=const(True), data=ref("Clone")),
    "CloneDeleted": fields(success=const(True), voiceId=TEXT),
    "Clones": fields(data=rows(ref("CloneRow"))),
    "ClonedVoices": fields(voices=rows(ref("CloneRow"))),
    "Word": _WORD,
    "Utterance": _UTTERANCE,
    "Transcription": fields(
        {
            "utterances": rows(ref("Utterance")), "audio_length": NUMBER, "gender": TEXT, "totalBytes": WHOLE,
            "emotions": {"type": "object", "additionalProperties": NUMBER}, "request_id": TEXT,
        },
        status=const("success"), transcription=TEXT, words=rows(ref("Word")), language=TEXT, metadata=_ANY,
    ),
    "Model": fields({"root": TEXT, "capability": TEXT}, id=TEXT, object=const("model"), created=WHOLE, owned_by=TEXT),
    "Models": fields(object=const("list"), data=rows(ref("Model"))),
    "ChatCompletion": fields(
        id=TEXT, object=const("chat.completion"), created=WHOLE, model=TEXT,
        choices=rows(
            fields(
                index=const(0), message=_MESSAGE, logprobs={"type": ["object", "null"]},
                finish_reason=one_of("stop", "length", "tool_calls", "content_filter"),
            )
        ),
        usage=_USAGE,
    ),
    "ChatCompletionChunk": fields(
        {"usage": _USAGE}, id=TEXT, object=const("chat.completion.chunk"), created=WHOLE, model=TEXT,
        choices=rows(_ANY),
    ),
    "SpeechEvent": fields(
        {"audio": TEXT, "error": TEXT, "message": TEXT}, done=FLAG, status=one_of("206", "200", "500")
    ),
    "OpenAIVoices": fields(
        object=const("list"),
        voices=rows(
            fields(
                {"voice_id": TEXT}, id=TEXT, name=TEXT, object=const("audio.voice"), languages=rows(TEXT),
                language=TEXT, accent=TEXT, gender=TEXT, description=TEXT,
            )
        ),
    ),
    "SpeechAudioEvent": {
        "oneOf": [
            fields(type=const("speech.audio.delta"), audio=TEXT),
            fields(
                type=const("speech.audio.done"),
                usage=fields(input_tokens=WHOLE, output_tokens=WHOLE, total_tokens=WHOLE),
            ),
        ]
    },
    "OpenAITranscription": fields(text=TEXT, languages=rows(fields(code=TEXT)), usage=_DURATION),
    "OpenAIVerboseTranscription": fields(
        {"words": rows(_SPOKEN), "segments": rows(_SEGMENT)},
        task=const("transcribe"), language=TEXT, duration=NUMBER, text=TEXT, usage=_DURATION,
    ),
    "OpenAIDiarizedTranscription": fields(
        task=const("transcribe"), duration=NUMBER, text=TEXT, segments=rows(_SAID_BY), usage=_DURATION
    ),
    "TranscriptEvent": {
        "oneOf": [
            fields(type=const("transcript.text.delta"), delta=TEXT),
            _SAID_BY,
            fields(type=const("transcript.text.done"), text=TEXT, languages=rows(fields(code=TEXT))),
        ]
    },
    "Account": fields(
        id=TEXT, name=TEXT, concurrency=_MAYBE_WHOLE, sockets=_MAYBE_WHOLE, requests_per_minute=_MAYBE_WHOLE,
        characters_per_day=_MAYBE_WHOLE,
    ),
    "Key": fields(
        {"key": TEXT}, id=TEXT, account=TEXT, name=TEXT, hint=TEXT, createdAt=TEXT, revokedAt=_MAYBE_TEXT
    ),
    "Usage": fields(day=TEXT, account=TEXT, key=TEXT),
    "SpeechChunk": fields(
        {"external_session_id": TEXT, "external_request_id": TEXT, "context_id": TEXT},
        session_id=TEXT, request_id=TEXT, status=const("chunk"), data=fields(audio=TEXT),
    ),
    "WordTimestamp": fields(
        {"external_session_id": TEXT, "external_request_id": TEXT, "context_id": TEXT},
        session_id=TEXT, request_id=TEXT, status=const("word_timestamp"),
        data=fields(id=WHOLE, word=TEXT, start=NUMBER, end=NUMBER),
    ),
    "SpeechComplete": fields(
        {"external_session_id": TEXT, "external_request_id": TEXT, "context_id": TEXT},
        session_id=TEXT, request_id=TEXT, status=const("complete"),
    ),
    "SpeechSocketError": fields(
        {"session_id": TEXT, "request_id": TEXT, "context_id": TEXT, "error": fields(message=TEXT, code=TEXT)},
        status=const("error"), message=TEXT,
    ),
    "Transcript": fields(
        {
            "from_finalize": FLAG, "language": TEXT, "languages": rows(TEXT), "words": rows(ref("Word")),
            "utterances": rows(ref("Utterance")), "redacted_entities": rows(TEXT), "full_transcript": TEXT,
            "gender": TEXT, "emotion": _ANY,
        },
        type=const("transcription"), status=const("success"), session_id=TEXT, transcript=TEXT, transcription=TEXT,
        is_final=FLAG, is_last=FLAG,
    ),
    "SpeechMark": fields(type=one_of("speech_started", "speech_ended"), session_id=TEXT, timestamp=NUMBER),
    "Pong": fields(type=const("pong")),
    "ListenError": fields(
        type=const("error"), status=const("error"), message=TEXT, error=TEXT, code=TEXT, error_code=TEXT,
        session_id=TEXT,
    ),
}  # fmt: skip
"""By name."""
