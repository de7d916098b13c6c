"""The catalogue on the wire, and the clips that let a person hear it."""

import asyncio
import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from openwaves.api.state import State, state_of
from openwaves.errors import VoiceNotFoundError
from openwaves.languages import LANGUAGES
from openwaves.storage.blobs import write_whole
from openwaves.tts.voices.previews import PREVIEW_TEXTS
from openwaves.types import SpeechRequest, Voice

PREVIEW_RATE = 24000
POOLS = {
    "lightning-v3.1": "lightning_v3.1",
    "lightning_v3.1": "lightning_v3.1",
    "lightning-v3.1-pro": "lightning_v3.1_pro",
    "lightning_v3.1_pro": "lightning_v3.1_pro",
    "lightning-v2": "lightning_v3.1",
    "lightning": "lightning_v3.1",
    "lightning-large": "lightning_v3.1",
}
"""Model in the path to the pool of voices that it lists; the older models' pool is today's default."""

_preview_locks: dict[str, asyncio.Lock] = {}


async def get_voices(request: Request) -> Response:
    """``GET /waves/v1/{model}/get_voices``: the voices of one model."""
    model = request.path_params["model"]
    if model not in POOLS:
        raise HTTPException(404, f"model: {model!r} is not known; use one of {', '.join(POOLS)}")
    voices = state_of(request).synthesizer.catalogue.for_model(POOLS[model])
    return JSONResponse(
        {"voices": [{"voiceId": voice.id, "displayName": voice.name, "tags": _tags(voice)} for voice in voices]}
    )


async def get_all_voices(request: Request) -> Response:
    """``GET /waves/v1/voice/get-all-models``: every voice, with a clip to listen to."""
    state = state_of(request)
    base_url = public_url(request)
    return JSONResponse(
        {
            "voices": [
                {
                    "_id": hashlib.sha256(voice.id.encode()).hexdigest()[:24],
                    "voiceId": voice.id,
                    "displayName": voice.name,
                    "description": voice.description,
                    "audioPreview": f"{base_url}/waves/v1/voice/preview/{voice.id}.mp3",
                    "tags": _tags(voice),
                    "models": list(voice.models),
                }
                for voice in state.synthesizer.catalogue.voices
            ]
        }
    )


def public_url(request: Request) -> str:
    """The address of this server as its clients see it, without a slash at the end."""
    settings = state_of(request).settings
    return (
        settings.public_url.rstrip("/")
        if settings.public_url
        else str(request.base_url).rstrip("/") + settings.root_path
    )


async def get_preview(request: Request) -> Response:
    """``GET /waves/v1/voice/preview/{voice}.mp3``: a clip, made on first demand and kept. Needs no key."""
    state = state_of(request)
    try:
        voice = state.synthesizer.catalogue.get(request.path_params["voice_id"])
    except VoiceNotFoundError as error:
        raise HTTPException(404, error.message) from error
    speech = SpeechRequest(
        text=PREVIEW_TEXTS[voice.languages[0]],
        voice_id=voice.id,
        language=voice.languages[0],
        sample_rate=PREVIEW_RATE,
        output_format="mp3",
    )
    version = hashlib.sha256(repr((voice, speech, state.settings.engine, state.settings.decoder)).encode()).hexdigest()[
        :12
    ]
    path = state.settings.data_dir / "previews" / f"{voice.id}-{version}.mp3"
    async with _preview_locks.setdefault(voice.id, asyncio.Lock()):
        if not await asyncio.to_thread(path.exists):
            await _make_preview(state, speech, path)
    return FileResponse(path, media_type="audio/mpeg", headers={"Cache-Control": "public, max-age=86400"})


async def _make_preview(state: State, speech: SpeechRequest, path: Path) -> None:
    await asyncio.to_thread(write_whole, path, await state.synthesizer.whole(speech))


def _tags(voice: Voice) -> dict[str, object]:
    return {
        "language": [LANGUAGES[code].name for code in voice.languages],
        "accent": voice.accent,
        "gender": voice.gender,
        "age": voice.age,
        "emotions": [],
        "usecases": list(voice.use_cases),
    }
