"""The application: every route of the wire in one table."""

from collections.abc import Awaitable, Callable
from functools import partial

from prometheus_client import ProcessCollector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from openwaves.api import (
    access,
    admin,
    chat,
    clones,
    dictionaries,
    health,
    listen,
    socket,
    speech,
    talk,
    transcription,
    voices,
)
from openwaves.api.draining import Draining
from openwaves.api.errors import HANDLERS
from openwaves.api.middleware import (
    API_PREFIXES,
    OPENAI_PREFIX,
    PROBES,
    ROOT_PATHS,
    SAMPLES_PATH,
    Access,
    BodyLimit,
    Envelope,
    Options,
    cors,
    prefix,
)
from openwaves.api.openai.routes import TRANSCRIPTIONS as OPENAI_TRANSCRIPTIONS
from openwaves.api.openai.routes import openai_routes
from openwaves.api.playground import playground_routes
from openwaves.api.reference.routes import reference_routes
from openwaves.api.state import State

Endpoint = Callable[[Request], Awaitable[Response]]

SLASHES = ("", "/")
UPLOADS = ("/voice-cloning", "/lightning-large/add_voice")
TRANSCRIPTIONS: tuple[tuple[str, Endpoint], ...] = (
    ("/stt", transcription.transcribe),
    ("/pulse/get_text", transcription.get_text),
    ("/lightning/get_text", transcription.get_text),
)
_UPLOAD_PATHS = frozenset(
    prefix + path + slash
    for prefix in ("", *API_PREFIXES, OPENAI_PREFIX, OPENAI_PREFIX + "/")
    for path in (*UPLOADS, *(path for path, _ in TRANSCRIPTIONS), OPENAI_TRANSCRIPTIONS)
    for slash in SLASHES
)
SUCCESSOR = '</waves/v1/tts>; rel="successor-version"'


def create_app(state: State) -> Starlette:
    """The application of one server; ``state.speech`` may be filled in later."""
    admin_key = state.settings.admin_key
    routes: list[BaseRoute] = [
        *playground_routes(),
        Route("/health", health.health),
        Route("/health/chat", chat.health),
        Route("/ready", health.ready),
        Route("/metrics", health.metrics),
        WebSocketRoute("/transcribe", listen.listen_with(words_by_default=False)),
        *(Route(path, transcription.transcribe, methods=["POST"]) for path in ROOT_PATHS),
        *(route for prefix in API_PREFIXES for route in _api_routes(prefix)),
        *(route for prefix in API_PREFIXES for route in chat.chat_routes(prefix)),
        *openai_routes(),
        *reference_routes(),
        *(admin.admin_routes(admin_key.get_secret_value()) if admin_key else ()),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            *prefix(state.settings.root_path, routes),
            *cors(state.settings.cors_origins),
            Middleware(Envelope, requests=state.requests),
            Middleware(Draining, drain=state.drain, probes=PROBES),
            Middleware(Options, routes=routes),
            Middleware(Access, find_caller=partial(access.find_caller, state.store)),
            Middleware(BodyLimit, max_bytes=state.settings.max_body_bytes, self_limited=_UPLOAD_PATHS),
        ],
        exception_handlers={**HANDLERS, dictionaries.BodyError: dictionaries.body_error},
    )
    app.router.redirect_slashes = False
    app.state.openwaves = state
    ProcessCollector(registry=state.metrics)
    state.metrics.register(health.SchedulerMetrics(state))
    state.metrics.register(health.ServerMetrics(state))
    return app


def _api_routes(prefix: str) -> list[BaseRoute]:
    """The routes of contract section 1, each with and without a slash at its end."""
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/health", health.health),
        ("POST", "/auth/token", access.create_token),
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
        *(("POST", path, endpoint) for path, endpoint in TRANSCRIPTIONS),
        ("GET", "/{model}/get_voices", voices.get_voices),
        ("GET", "/voice/get-all-models", voices.get_all_voices),
        ("GET", "/voice/preview/{voice_id}.mp3", voices.get_preview),
    ]
    listeners = {"/stt/live": False, "/pulse/get_text": True, "/lightning/get_text": True}  # words told by default?
    sockets = ["/tts/live", "/lightning-v3.1/get_speech/stream", "/lightning-v2/get_speech/stream"]
    return [
        *(
            Route(prefix + path + slash, endpoint, methods=[method])
            for method, path, endpoint in table
            for slash in SLASHES
        ),
        *(WebSocketRoute(prefix + path + slash, socket.speak) for path in sockets for slash in SLASHES),
        *(WebSocketRoute(prefix + "/s2s" + slash, talk.talk) for slash in SLASHES),
        *(
            WebSocketRoute(prefix + path + slash, listen.listen_with(words_by_default=words))
            for path, words in listeners.items()
            for slash in SLASHES
        ),
    ]


def _deprecated(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with headers that name its successor."""

    async def answer(request: Request) -> Response:
        request.state.answer_headers.update({"Deprecation": "true", "Link": SUCCESSOR})
        return await endpoint(request)

    return answer
