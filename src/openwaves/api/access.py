"""Who may come in: API keys, and short-lived tokens made with them (contract of speech to text, section 8)."""

import base64
import binascii
import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from openwaves.api.state import state_of
from openwaves.errors import AccessError, FieldError, RequestError, TokenScopeError
from openwaves.storage import Store
from openwaves.storage.accounts import Caller

UNAUTHORIZED_MESSAGE = "Bearer token is missing or invalid."
SCHEMES = ("bearer", "token")
KEY_PARAMETERS = ("token", "api_key")
TOKEN_PREFIX = "wat_"  # noqa: S105 - no secret
PASS_PREFIX = "wps_"  # noqa: S105 - no secret
PURPOSES = {TOKEN_PREFIX: "token.", PASS_PREFIX: "pass."}
"""Prefix to what is signed with the text, so that no token is another kind's."""
LEAST_TTL_S, TTL_S, MOST_TTL_S = 30, 300, 900
MOST_TOKEN_CHARS = 300

TOKEN_ROUTES = re.compile(
    r"(?:/(?:waves|api)/v1)?/(?:stt|stt/live|transcribe|tts|tts/live|s2s"
    r"|lightning-v3\.1/(?:get_speech|stream|get_speech/stream)|[^/]+/get_voices|voice/get-all-models)/?|/v1/realtime/?"
)
"""What an access token opens."""


class Token(NamedTuple):
    """An access token."""

    secret: str
    expires_at: float


def make_token(store: Store, caller: Caller, ttl_s: int) -> Token:
    """A token that opens ``TOKEN_ROUTES`` until it expires or its key ends; every process of the store knows it."""
    return _signed(store, caller, ttl_s, TOKEN_PREFIX)


def make_pass(store: Store, caller: Caller, ttl_s: int) -> Token:
    """A token that opens all that its key opens, for a browser that signed in."""
    return _signed(store, caller, ttl_s, PASS_PREFIX)


def _signed(store: Store, caller: Caller, ttl_s: int, prefix: str) -> Token:
    expires_at = int(time.time()) + ttl_s
    text = f"{caller.key_id}.{expires_at}.{secrets.token_hex(8)}"
    signature = store.signer.sign(PURPOSES[prefix] + text)
    whole = base64.urlsafe_b64encode(f"{text}.{signature}".encode()).decode("ascii").rstrip("=")
    return Token(prefix + whole, expires_at)


def find_caller(store: Store, secret: str, path: str) -> Caller | None:
    """Who comes with a key or a token; None if it is not valid.

    Raises:
        TokenScopeError: It is a token, which does not open this path.
    """
    if secret.startswith(PASS_PREFIX):
        return _caller_of_token(store, secret, PASS_PREFIX)
    if not secret.startswith(TOKEN_PREFIX):
        return store.keys.caller(secret)
    caller = _caller_of_token(store, secret, TOKEN_PREFIX)
    if caller is not None and not TOKEN_ROUTES.fullmatch(path):
        raise TokenScopeError("an access token does not open this route; use the API key itself")
    return caller


def _caller_of_token(store: Store, secret: str, prefix: str) -> Caller | None:
    whole = secret.removeprefix(prefix)
    if len(whole) > MOST_TOKEN_CHARS:
        return None
    try:
        text = base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    signed, _, signature = text.rpartition(".")
    if not store.signer.is_signed(PURPOSES[prefix] + signed, signature):
        return None
    key_id, expires_at, _ = signed.rsplit(".", 2)
    return store.keys.by_id(key_id) if time.time() < int(expires_at) else None


def bearer_key(headers: Headers) -> str:
    """The key in ``Authorization: Bearer <key>``, or the empty string."""
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() in SCHEMES else ""


def socket_caller(websocket: WebSocket) -> Caller:
    """Who connects: the key is in the header or, as browsers must, in the query.

    Raises:
        AccessError: There is no valid key.
    """
    store, path = state_of(websocket).store, str(websocket.scope["path"])
    keys = [
        bearer_key(Headers(scope=websocket.scope)),
        *(websocket.query_params.get(name, "") for name in KEY_PARAMETERS),
    ]
    caller = next((found for key in keys if key and (found := find_caller(store, key, path))), None)
    if caller is None:
        raise AccessError(UNAUTHORIZED_MESSAGE)
    return caller


async def create_token(request: Request) -> Response:
    """``POST /auth/token``: a token for a browser, which must not have the key."""
    body = await request.body()
    try:
        fields = json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise RequestError('body: must be JSON, such as {"ttl_seconds": 300}') from error
    ttl_s = fields.get("ttl_seconds") if isinstance(fields, dict) else None
    if ttl_s is None:
        ttl_s = TTL_S
    if isinstance(ttl_s, bool) or not isinstance(ttl_s, int) or not LEAST_TTL_S <= ttl_s <= MOST_TTL_S:
        raise FieldError("ttl_seconds", f"must be a whole number from {LEAST_TTL_S} to {MOST_TTL_S}")
    token = make_token(state_of(request).store, request.state.caller, ttl_s)
    expires_at = datetime.fromtimestamp(token.expires_at, UTC)
    return JSONResponse(
        {
            "access_token": token.secret,
            "token_type": "Bearer",
            "expires_in": ttl_s,
            "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
        },
        headers={"Cache-Control": "no-store"},
    )
