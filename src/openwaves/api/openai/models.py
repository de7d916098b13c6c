"""``GET /v1/models``: everything that a request may name, with what answers to it."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves.api.chat import OWNER, told_model
from openwaves.api.openai.names import HEARING_MODELS, SPEECH_MODELS
from openwaves.api.openai.realtime_session import MODELS as REALTIME_MODELS
from openwaves.api.state import State, state_of
from openwaves.errors import NotFoundError


async def list_models(request: Request) -> Response:
    """``GET /v1/models``."""
    return JSONResponse({"object": "list", "data": list(_models(state_of(request)))})


async def get_model(request: Request) -> Response:
    """``GET /v1/models/{id}``."""
    wanted = request.path_params["model"].rstrip("/")
    models = {model["id"]: model for model in _models(state_of(request))}
    if wanted not in models:
        raise NotFoundError(f"model {wanted!r} does not exist; known are {', '.join(models)}")
    return JSONResponse(models[wanted])


def _models(state: State) -> Iterator[dict[str, Any]]:
    """The models; ``root`` names what answers in the place of OpenAI's."""
    chat = state.chat.names if state.chat is not None else ()
    kinds = (
        ("chat", {name: name for name in chat}),
        ("speech", SPEECH_MODELS),
        ("transcription", HEARING_MODELS),
        ("realtime", dict.fromkeys(REALTIME_MODELS, chat[0]) if chat else {}),
    )
    for kind, names in kinds:
        for name, root in names.items():
            yield {**told_model(name), "owned_by": OWNER, "root": root, "capability": kind}
