"""The application: every route of the wire in one table."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from openwaves.api import admin, clones, dictionaries, health, socket, speech, voices
from openwaves.api.errors import HANDLERS
from openwaves.api.middleware import API_PREFIXES, SAMPLES_PATH, Access, BodyLimit, Envelope
from openwaves.api.state import State

Endpoint = Callable[[Request], Awaitable[Response]]

SLASHES = ("", "/")
UPLOADS = ("/voice-cloning", "/lightning-large/add_voice")
_UPLOAD_PATHS = frozenset(prefix + path + slash for prefix in API_PREFIXES for path in UPLOADS for slash in SLASHES)
SUCCESSOR = '</waves/v1/tts>; rel="successor-version"'


def create_app(state: State) -> Starlette:
    """The application of one server; ``state.speech`` may be filled in later."""
    admin_key = state.settings.admin_key
    app = Starlette(
        routes=[
            Route("/health", health.health),
            Route("/ready", health.ready),
            Route("/metrics", health.metrics),
            *(route for prefix in API_PREFIXES for route in _api_routes(prefix)),
            *(admin.admin_routes(admin_key.get_secret_value()) if admin_key else ()),
        ],
        middleware=[
            Middleware(Envelope, requests=state.requests),
            Middleware(Access, find_caller=state.store.keys.caller),
            Middleware(BodyLimit, max_bytes=state.settings.max_body_bytes, self_limited=_UPLOAD_PATHS),
        ],
        exception_handlers={**HANDLERS, dictionaries.BodyError: dictionaries.body_error},
    )
    app.router.redirect_slashes = False
    app.state.openwaves = state
    state.metrics.register(health.SchedulerMetrics(state))
    return app


def _api_routes(prefix: str) -> list[BaseRoute]:
    """The routes of contract section 1, each with and without a slash at its end."""
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/health", health.health),
        ("POST", "/tts", speech.speak),
        ("POST", "/lightning-v3.1/get_speech", _deprecated(speech.speak)),
        ("POST", "/lightning-v2/get_speech", _deprecated(speech.speak_deprecated)),
        ("POST", "/lightning/get_speech", _deprecated(speech.speak_deprecated)),
        ("POST", "/lightning-large/get_speech", _deprecated(speech.speak_deprecated)),
        ("POST", "/tts/live", speech.stream),
        ("POST", "/lightning-v3.1/stream", _deprecated(speech.stream)),
        ("POST", "/lightning-v2/stream", _deprecated(speech.stream_deprecated)),
        ("POST", "/lightning-large/stream", _deprecated(speech.stream_deprecated)),
        ("GET", "/pronunciation-dicts", dictionaries.get_dictionaries),
        ("POST", "/pronunciation-dicts", dictionaries.create_dictionary),
        ("PUT", "/pronunciation-dicts", dictionaries.replace_dictionary),
        ("DELETE", "/pronunciation-dicts", dictionaries.delete_dictionary),
        ("POST", "/voice-cloning", clones.create_clone),
        ("GET", "/voice-cloning", clones.get_clones),
        ("POST", "/voice-cloning/delete", clones.delete_clone),
        ("GET", SAMPLES_PATH + "{voice_id}/{number:int}.mp3", clones.get_sample),
        ("GET", "/voice-cloning/{clone_id}", clones.get_clone),
        ("POST", "/lightning-large/add_voice", _deprecated(clones.create_clone)),
        ("GET", "/lightning-large/get_cloned_voices", _deprecated(clones.get_cloned_voices)),
        ("DELETE", "/lightning-large", _deprecated(clones.delete_clone)),
        ("GET", "/{model}/get_voices", voices.get_voices),
        ("GET", "/voice/get-all-models", voices.get_all_voices),
        ("GET", "/voice/preview/{voice_id}.mp3", voices.get_preview),
    ]
    sockets = ["/tts/live", "/lightning-v3.1/get_speech/stream", "/lightning-v2/get_speech/stream"]
    return [
        *(
            Route(prefix + path + slash, endpoint, methods=[method])
            for method, path, endpoint in table
            for slash in SLASHES
        ),
        *(WebSocketRoute(prefix + path + slash, socket.speak) for path in sockets for slash in SLASHES),
    ]


def _deprecated(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with headers that name its successor."""

    async def answer(request: Request) -> Response:
        request.state.answer_headers.update({"Deprecation": "true", "Link": SUCCESSOR})
        return await endpoint(request)

    return answer
