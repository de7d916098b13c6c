"""The routes with OpenAI's names, in one table."""

from starlette.routing import Route, WebSocketRoute

from openwaves.api.middleware import OPENAI_PREFIX
from openwaves.api.openai import chat, models, realtime, speech, transcription

TRANSCRIPTIONS = "/audio/transcriptions"
"""Takes uploads of the size of sound files."""


def openai_routes() -> list[Route | WebSocketRoute]:
    """The routes; each also with a slash at its end, and with a doubled one behind the prefix."""
    table = (
        ("POST", "/audio/speech", speech.speak),
        ("GET", "/audio/voices", speech.list_voices),
        ("POST", TRANSCRIPTIONS, transcription.transcribe),
        ("POST", "/audio/translations", transcription.translate),
        ("POST", "/chat/completions", chat.complete),
        ("GET", "/models", models.list_models),
        ("GET", "/models/{model:path}", models.get_model),
    )
    return [
        *(
            Route(OPENAI_PREFIX + slash + path + end, endpoint, methods=[method])
            for method, path, endpoint in table
            for slash in ("", "/")
            for end in ("", "/")
        ),
        *(WebSocketRoute(OPENAI_PREFIX + "/realtime" + end, realtime.realtime) for end in ("", "/")),
    ]
