"""The AsyncAPI document of the WebSockets that an application serves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute

from openwaves import __version__
from openwaves.api.reference.answers import SCHEMAS
from openwaves.api.reference.bodies import schemas
from openwaves.api.reference.openapi import canonical
from openwaves.api.reference.parameters import KEYS, LIVE, REALTIME, SPEECH_SOCKET, TALK, Parameter
from openwaves.api.reference.talking import SCHEMAS as TALKING

SOUND = "Sound"
"""The binary message."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One WebSocket.

    Attributes:
        title: One line.
        sends: Names of the messages of the server.
        takes: Names of the messages of the client.
        query: Its parameters, beside the key.
    """

    title: str
    sends: tuple[str, ...]
    takes: tuple[str, ...]
    query: tuple[Parameter, ...]


_SPEAK: dict[str, Any] = {
    "sends": ("SpeechChunk", "WordTimestamp", "SpeechComplete", "SpeechSocketError"),
    "takes": ("SpeechMessage",),
    "query": SPEECH_SOCKET,
}
_LISTEN: dict[str, Any] = {
    "sends": ("Transcript", "SpeechMark", "Pong", "ListenError"),
    "takes": (SOUND, "ListenControl"),
    "query": LIVE,
}
CHANNELS = {
    "/waves/v1/tts/live": Channel("Speak text as it is written", **_SPEAK),
    "/waves/v1/lightning-v3.1/get_speech/stream": Channel("Older name of /tts/live", **_SPEAK),
    "/waves/v1/lightning-v2/get_speech/stream": Channel("Older name of /tts/live", **_SPEAK),
    "/waves/v1/stt/live": Channel("Write down speech while it is spoken", **_LISTEN),
    "/waves/v1/pulse/get_text": Channel("Older name of /stt/live; words by default", **_LISTEN),
    "/waves/v1/lightning/get_text": Channel("Older name of /stt/live; words by default", **_LISTEN),
    "/waves/v1/s2s": Channel("Talk: sound both ways, as Hydra's clients do", ("TalkFrame",), ("TalkEvent",), TALK),
    "/v1/realtime": Channel(
        "OpenAI's Realtime protocol over the same session", ("RealtimeServerEvent",), ("RealtimeClientEvent",), REALTIME
    ),
    "/transcribe": Channel("/waves/v1/stt/live at the root, as one plugin asks it", **_LISTEN),
}
"""By path; ``/waves/v1`` stands for ``/api/v1``, too."""


def served_sockets(routes: Iterable[BaseRoute]) -> list[str]:
    """The paths of all WebSockets, each once."""
    return list(dict.fromkeys(canonical(route.path) for route in routes if isinstance(route, WebSocketRoute)))


def asyncapi(routes: Iterable[BaseRoute], root_path: str = "") -> dict[str, Any]:
    """The document; a WebSocket without a row in ``CHANNELS`` is left out, which the tests do not let pass.

    Args:
        routes: What the application serves.
        root_path: Path under which a proxy offers it.
    """
    channels, operations, used = {}, {}, set()
    for path in (path for path in served_sockets(routes) if path in CHANNELS):
        channel, name = CHANNELS[path], re.sub(r"\W+", "_", path).strip("_")
        names = (*channel.takes, *channel.sends)
        used |= set(names)
        channels[name] = {
            "address": root_path + path,
            "title": channel.title,
            "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in names},
            "bindings": {"ws": {"query": _query((*KEYS, *channel.query))}},
        }
        for action, messages in (("receive", channel.takes), ("send", channel.sends)):
            operations[f"{action}_{name}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [{"$ref": f"#/channels/{name}/messages/{message}"} for message in messages],
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "openwaves",
            "version": __version__,
            "description": "The WebSockets; those under `/waves/v1` also under `/api/v1`. A bad key is HTTP 401.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {name: _message(name) for name in sorted(used)},
            "schemas": {**SCHEMAS, **TALKING, **schemas()},
        },
    }


def _message(name: str) -> dict[str, Any]:
    if name == SOUND:
        payload = {"type": "string", "format": "binary"}
        return {"contentType": "application/octet-stream", "summary": "Sound of any length", "payload": payload}
    return {"payload": {"$ref": f"#/components/schemas/{name}"}}


def _query(parameters: Iterable[Parameter]) -> dict[str, Any]:
    properties = {row.name: {"description": row.description, **row.schema} for row in parameters}
    return {"type": "object", "properties": properties}
