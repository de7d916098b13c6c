"""What each route does, in the words of the reference. A route without a row here fails the tests."""

from dataclasses import dataclass
from typing import Any

from openwaves.api.openai.names import HEARING_MODELS, SPEECH_MODELS, VOICES
from openwaves.api.reference.answers import TEXT, Schema, ref, rows
from openwaves.api.reference.bodies import form
from openwaves.api.reference.parameters import FILE, Parameter, flag, text

JSON, SSE, FORM, ANY_SOUND = "application/json", "text/event-stream", "multipart/form-data", "application/octet-stream"
SOUND: Schema = {"type": "string", "format": "binary"}
SOUNDS = ("audio/pcm", "audio/wav", "audio/mpeg", "audio/basic", "audio/PCMU", "audio/x-alaw-basic", "audio/PCMA")
OPENAI_SOUNDS = ("audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav", "audio/pcm")

Content = dict[str, Schema]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route and method.

    Attributes:
        group: Under which it is listed.
        summary: One line.
        answer: Schemas of its success by media type.
        body: The same of what it takes; empty for nothing.
        query: Its parameters.
        error: Name of the schema of its errors.
        status: Of success.
        is_open: No key is needed.
        is_older: There is a newer route.
        note: More than the summary says.
    """

    group: str
    summary: str
    answer: Content
    body: Content | None = None
    query: tuple[Parameter, ...] = ()
    error: str = "Error"
    status: int = 200
    is_open: bool = False
    is_older: bool = False
    note: str = ""


def _json(name: str) -> Content:
    return {JSON: ref(name)}


_SPEAK: dict[str, Any] = {"group": "Text to speech", "answer": dict.fromkeys(SOUNDS, SOUND)}
_EVENTS: dict[str, Any] = {"group": "Text to speech", "answer": {SSE: ref("SpeechEvent")}}
_MODEL = (text("model", "Grade of voice, where the body names none."),)
_HEAR: dict[str, Any] = {
    "group": "Speech to text",
    "answer": {JSON: ref("Transcription")},
    "body": {ANY_SOUND: SOUND, JSON: ref("SoundAddress"), FORM: form()},
    "query": FILE,
    "error": "TranscriptionError",
    "note": "Sound is judged by content, whatever the type says. With webhook_url the answer comes there.",
}
_CLONES: dict[str, Any] = {"group": "Voice clones", "error": "CloneError"}
_NEW_CLONE: Content = {FORM: {**ref("CloneForm")}}
_CHAT: dict[str, Any] = {
    "group": "Chat",
    "body": _json("Chat"),
    "answer": {JSON: ref("ChatCompletion"), SSE: ref("ChatCompletionChunk")},
    "error": "OpenAIError",
}
_ADMIN: dict[str, Any] = {"group": "Administration"}
_PROBE: dict[str, Any] = {"group": "Health", "is_open": True}
_ACCOUNT = (text("account", "Id or name of an account."),)
_OLD: dict[str, Any] = {"is_older": True}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", "/waves/v1/tts"): Operation(
        summary="Speak a text, whole", body=_json("Speech"), query=_MODEL, note="output_format decides the type.",
        **_SPEAK,
    ),
    ("POST", "/waves/v1/tts/live"): Operation(
        summary="Speak a text, as Server-Sent Events", body=_json("Speech"), query=_MODEL, **_EVENTS
    ),
    ("POST", "/waves/v1/lightning-v3.1/get_speech"): Operation(
        summary="Older name of /tts", body=_json("Speech"), query=_MODEL, **_SPEAK, **_OLD
    ),
    ("POST", "/waves/v1/lightning-v3.1/stream"): Operation(
        summary="Older name of /tts/live", body=_json("Speech"), query=_MODEL, **_EVENTS, **_OLD
    ),
    **{
        ("POST", f"/waves/v1/{model}/get_speech"): Operation(
            summary=f"/tts as {model} had it", body=_json("OlderSpeech"), query=_MODEL, **_SPEAK, **_OLD
        )
        for model in ("lightning-v2", "lightning", "lightning-large")
    },
    **{
        ("POST", f"/waves/v1/{model}/stream"): Operation(
            summary=f"/tts/live as {model} had it", body=_json("OlderSpeech"), query=_MODEL, **_EVENTS, **_OLD
        )
        for model in ("lightning-v2", "lightning-large")
    },
    ("GET", "/waves/v1/{model}/get_voices"): Operation("Voices", "Voices of one model", _json("Voices")),
    ("GET", "/waves/v1/voice/get-all-models"): Operation("Voices", "Every voice, with a clip", _json("AllVoices")),
    ("GET", "/waves/v1/voice/preview/{voice_id}.mp3"): Operation(
        "Voices", "A clip of a voice", {"audio/mpeg": SOUND}, is_open=True
    ),
    ("GET", "/waves/v1/pronunciation-dicts"): Operation(
        "Pronunciation dictionaries", "All of the account", {JSON: rows(ref("Dictionary"))}
    ),
    ("POST", "/waves/v1/pronunciation-dicts"): Operation(
        "Pronunciation dictionaries", "Keep a new one", _json("Dictionary"), _json("NewDictionary")
    ),
    ("PUT", "/waves/v1/pronunciation-dicts"): Operation(
        "Pronunciation dictionaries", "Replace the entries of one", _json("DictionaryChanged"),
        _json("ChangedDictionary"),
    ),
    ("DELETE", "/waves/v1/pronunciation-dicts"): Operation(
        "Pronunciation dictionaries", "Remove one", _json("DictionaryDeleted"), _json("NamedDictionary"),
        (text("id", "In the place of the body."),),
    ),
    ("POST", "/waves/v1/voice-cloning"): Operation(
        summary="Make a voice of a recording", answer=_json("CloneMade"), body=_NEW_CLONE, **_CLONES
    ),
    ("GET", "/waves/v1/voice-cloning"): Operation(summary="Clones of the account", answer=_json("Clones"), **_CLONES),
    ("GET", "/waves/v1/voice-cloning/{clone_id}"): Operation(
        summary="One clone", answer=_json("CloneFound"), **_CLONES
    ),
    ("POST", "/waves/v1/voice-cloning/delete"): Operation(
        summary="Remove a clone", answer=_json("CloneDeleted"), body=_json("CloneName"),
        query=(text("voiceId", "In the place of the body."),), **_CLONES,
    ),
    ("GET", "/waves/v1/voice-cloning/samples/{voice_id}/{number}.mp3"): Operation(
        summary="A sample of a clone, by its signed link", answer={"audio/mpeg": SOUND}, is_open=True,
        query=(text("expires", "Of the link."), text("signature", "Of the link.")), **_CLONES,
    ),
    ("POST", "/waves/v1/lightning-large/add_voice"): Operation(
        summary="Older name of POST /voice-cloning", answer=_json("CloneMade"), body=_NEW_CLONE, **_CLONES, **_OLD
    ),
    ("GET", "/waves/v1/lightning-large/get_cloned_voices"): Operation(
        summary="Older name of GET /voice-cloning", answer=_json("ClonedVoices"), **_CLONES, **_OLD
    ),
    ("DELETE", "/waves/v1/lightning-large"): Operation(
        summary="Older name of /voice-cloning/delete", answer=_json("CloneDeleted"), body=_json("CloneName"),
        query=(text("voiceId", "In the place of the body."),), **_CLONES, **_OLD,
    ),
    ("POST", "/waves/v1/stt"): Operation(summary="Transcribe a sound file", **_HEAR),
    ("POST", "/stt"): Operation(summary="/waves/v1/stt at the root, as one plugin asks it", **_HEAR),
    ("POST", "/waves/v1/pulse/get_text"): Operation(summary="Older name of /stt", **_HEAR, **_OLD),
    ("POST", "/waves/v1/lightning/get_text"): Operation(summary="Older name of /stt", **_HEAR, **_OLD),
    ("POST", "/waves/v1/auth/token"): Operation(
        "Access", "A short-lived token for a browser", _json("Token"), _json("TokenWish"), note="The body may be empty."
    ),
    ("POST", "/waves/v1/chat/completions"): Operation(
        summary="Answer a conversation", note="Fields that are not known are ignored.", **_CHAT
    ),
    ("GET", "/waves/v1/models"): Operation("Chat", "Models of chat", _json("Models"), error="OpenAIError"),
    ("GET", "/waves/v1/models/{model}"): Operation("Chat", "One model of chat", _json("Model"), error="OpenAIError"),
    ("POST", "/v1/audio/speech"): Operation(
        "OpenAI's names", "Speak a text, whole, chunked or as events",
        {**dict.fromkeys(OPENAI_SOUNDS, SOUND), SSE: ref("SpeechAudioEvent")}, _json("OpenAISpeech"),
        error="OpenAIError",
        note=f"Models: {', '.join(SPEECH_MODELS)}. OpenAI's voices and what answers to each: "
        + ", ".join(f"{name} {own}" for name, own in VOICES.items()) + ". `instructions` is refused.",
    ),
    ("GET", "/v1/audio/voices"): Operation(
        "OpenAI's names", "Every voice, OpenAI's names included", _json("OpenAIVoices"), error="OpenAIError"
    ),
    ("POST", "/v1/audio/transcriptions"): Operation(
        "OpenAI's names", "Transcribe a sound file",
        {
            JSON: {
                "anyOf": [
                    ref("OpenAITranscription"), ref("OpenAIVerboseTranscription"), ref("OpenAIDiarizedTranscription")
                ]
            },
            "text/plain": TEXT, "application/x-subrip": TEXT, "text/vtt": TEXT,
            SSE: ref("TranscriptEvent"),
        },
        {FORM: {"allOf": [ref("OpenAITranscriptionForm")]}}, error="OpenAIError",
        note=f"A form with the sound under `file`. Models: {', '.join(HEARING_MODELS)}. `prompt`, `include` and "
        "`known_speaker_…` are refused.",
    ),
    ("POST", "/v1/audio/translations"): Operation(
        "OpenAI's names", "Refused: no model here translates", _json("OpenAIError"), {FORM: {"type": "object"}},
        error="OpenAIError", status=400,
    ),
    ("POST", "/v1/chat/completions"): Operation(
        summary="Answer a conversation", note="Fields that are not known are refused.",
        **{**_CHAT, "group": "OpenAI's names"},
    ),
    ("GET", "/v1/models"): Operation(
        "OpenAI's names", "Every model that may be named", _json("Models"), error="OpenAIError"
    ),
    ("GET", "/v1/models/{model}"): Operation("OpenAI's names", "One model", _json("Model"), error="OpenAIError"),
    ("GET", "/health"): Operation(
        summary="The process answers", answer=_json("Health"), query=(flag("detailed", "Tell more."),), **_PROBE
    ),
    ("GET", "/waves/v1/health"): Operation(
        summary="The process answers", answer=_json("Health"), query=(flag("detailed", "Tell more."),), **_PROBE
    ),
    ("GET", "/health/chat"): Operation(
        summary="Chat answers", answer=_json("ChatHealth"), note="503 tells the problem.", **_PROBE
    ),
    ("GET", "/ready"): Operation(
        summary="The voices are loaded", answer=_json("Ready"), note="503 tells what is being done.", **_PROBE
    ),
    ("GET", "/metrics"): Operation(summary="Figures for Prometheus", answer={"text/plain": TEXT}, **_PROBE),
    ("GET", "/"): Operation("Playground", "A page that speaks, listens and talks", {"text/html": TEXT}, is_open=True),
    ("GET", "/playground/{path}"): Operation("Playground", "The files of the page", {"*/*": SOUND}, is_open=True),
    ("POST", "/playground/sign-in"): Operation(
        "Playground", "A pass for one browser, for the code that the server printed", _json("Pass"),
        body=_json("SignInCode"), is_open=True,
    ),
    ("GET", "/reference"): Operation(
        "Reference", "This reference, as a page", {"text/html": TEXT}, is_open=True
    ),
    ("GET", "/openapi.json"): Operation(
        "Reference", "HTTP, as OpenAPI 3.1", {JSON: {"type": "object"}}, is_open=True
    ),
    ("GET", "/asyncapi.json"): Operation(
        "Reference", "WebSockets, as AsyncAPI 3.0", {JSON: {"type": "object"}}, is_open=True
    ),
    ("GET", "/llms.txt"): Operation(
        "Reference", "The reference for language models", {"text/plain": TEXT}, is_open=True
    ),
    ("GET", "/admin/v1/accounts"): Operation(summary="All accounts", answer={JSON: rows(ref("Account"))}, **_ADMIN),
    ("POST", "/admin/v1/accounts"): Operation(
        summary="Make an account", answer=_json("Account"), body=_json("NewAccount"), status=201, **_ADMIN
    ),
    ("GET", "/admin/v1/accounts/{account}"): Operation(summary="One account", answer=_json("Account"), **_ADMIN),
    ("PATCH", "/admin/v1/accounts/{account}"): Operation(
        summary="Change an account", answer=_json("Account"), body=_json("ChangedAccount"), **_ADMIN
    ),
    ("GET", "/admin/v1/keys"): Operation(
        summary="Keys, without their secrets", answer={JSON: rows(ref("Key"))}, query=_ACCOUNT, **_ADMIN
    ),
    ("POST", "/admin/v1/keys"): Operation(
        summary="Make a key, told this once", answer=_json("Key"), body=_json("NewKey"), status=201, **_ADMIN
    ),
    ("DELETE", "/admin/v1/keys/{key}"): Operation(summary="End a key", answer=_json("Key"), **_ADMIN),
    ("POST", "/admin/v1/keys/{key}/rotate"): Operation(
        summary="Another secret for a key", answer=_json("Key"), status=201, **_ADMIN
    ),
    ("GET", "/admin/v1/usage"): Operation(
        summary="Usage by day, account and key", answer={JSON: rows(ref("Usage"))},
        query=(text("since", "First day, as 2026-01-31."), text("until", "Last day."), *_ACCOUNT), **_ADMIN,
    ),
}  # fmt: skip
"""By method and path; ``/waves/v1`` stands for ``/api/v1``, too, and each path for itself with a slash."""
