"""Signs a browser on this machine in: the link that ``serve`` prints carries a code, which is exchanged once.

The code stands in the link's fragment, which no browser sends and no server logs; it comes back in a body.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openwaves.api.access import UNAUTHORIZED_MESSAGE, make_pass
from openwaves.api.schemas import parse_object
from openwaves.api.speech import read_body
from openwaves.api.state import state_of
from openwaves.errors import AccessError, FieldError
from openwaves.storage.accounts import FIRST_ACCOUNT, digest

PASS_S = 12 * 3600
USED = "code: was used, or is of an earlier start; the server prints a new one at each start. Paste an API key instead."


class SignInCode:
    """A code that signs in once."""

    def __init__(self) -> None:
        self.code = secrets.token_urlsafe(24)
        self._digest: bytes | None = digest(self.code)

    def take(self, code: str) -> bool:
        """Whether this is the code; the first time that it is, it ends."""
        if self._digest is None or not hmac.compare_digest(digest(code), self._digest):
            return False
        self._digest = None
        return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def say_where(url: str, code: SignInCode | None, say: Callable[[str], None]) -> None:
    """Tell a person where the page is."""
    if code is None:
        say(f"playground: {url}/")
    else:
        say(f"playground: {url}/#sign-in={code.code}  (this link signs in one browser, once)")


async def sign_in(request: Request) -> Response:
    """``POST /playground/sign-in`` ``{"code"}``: a pass of the first account, for the tab that asks."""
    state = state_of(request)
    code = parse_object(await read_body(request)).get("code")
    if not isinstance(code, str):
        raise FieldError("code", "is required: what follows #sign-in= in the link")
    if state.sign_in is None or not state.sign_in.take(code):
        raise AccessError(USED)
    caller = state.store.keys.any_of(FIRST_ACCOUNT)
    if caller is None:
        raise AccessError(UNAUTHORIZED_MESSAGE)
    made = make_pass(state.store, caller, PASS_S)
    return JSONResponse({"key": made.secret, "expires_in": PASS_S}, headers={"Cache-Control": "no-store"})
