"""Sockets of live speech, of any server."""

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.servers import KEY

OPENING_S = 60.0


def live_socket(url: str, key: str = KEY) -> ClientConnection:
    address = url.replace("http", "ws") + "/waves/v1/tts/live"
    return connect(
        address, additional_headers={"Authorization": f"Bearer {key}"}, open_timeout=OPENING_S, close_timeout=2
    )


def status_of_socket(url: str, key: str = KEY) -> int:
    """How one that is opened, and closed at once, is answered."""
    try:
        with live_socket(url, key):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code
