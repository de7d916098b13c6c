"""Inside a worker process: calls come in over a pipe, each is done on a thread of its own, results go back.

Messages in: ``(number, call)`` begins a call, ``(number, None)`` cancels it. Out: ``READY`` once, or why there is none;
then ``(number, result, error)``. The process ends when its parent's end of the pipe closes, whatever it does then.
"""

import logging
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from openwaves import memory
from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError, OpenWavesError
from openwaves.remote.calls import Call

READY = "ready"

log = logging.getLogger(__name__)


def work(pipe: "Connection[Any, Any]", make_desk: Callable[[], Any], threads: int) -> None:
    """Do calls until the pipe closes.

    Args:
        pipe: To the parent.
        make_desk: Loads the networks.
        threads: Most calls at once.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to whole groups; the parent ends its workers itself
        signal.signal(number, signal.SIG_IGN)
    sending = threading.Lock()

    def send(message: object) -> None:
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        with sending:
            try:
                pipe.send_bytes(data)
            except OSError:
                os._exit(0)

    memory.keep_giving_back()
    found: list[Any] = []
    threading.Thread(target=_load, args=(make_desk, found, send), name="openwaves-load", daemon=True).start()
    tokens: dict[int, CancelToken] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix="openwaves-call") as pool:
        while True:
            try:
                number, call = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from the parent
            except (EOFError, OSError):
                os._exit(0)  # native code may be under way on other threads
            if call is None:
                if (token := tokens.get(number)) is not None:
                    token.cancel()
                continue
            tokens[number] = token = CancelToken()
            pool.submit(_do, number, call, found[0], token, tokens, send)


def _load(make_desk: Callable[[], Any], found: list[Any], send: Callable[[object], None]) -> None:
    try:
        found.append(make_desk())
    except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it is
        send(_told(error))
        os._exit(1)
    memory.settle()
    send(READY)


def _do(
    number: int,
    call: Call[Any],
    desk: Any,
    token: CancelToken,
    tokens: dict[int, CancelToken],
    send: Callable[[object], None],
) -> None:
    result, problem = None, None
    try:
        token.raise_if_cancelled()
        result = call.do(desk, token)
    except BaseException as error:  # noqa: BLE001 - raised again by the parent
        problem = _told(error)
    del tokens[number]
    send((number, result, problem))


def _told(error: BaseException) -> OpenWavesError:
    """What the parent is told of an error; of one that is not deliberate its traceback goes to the log."""
    if isinstance(error, OpenWavesError):
        return error
    sys.stderr.write("".join(traceback.format_exception(error)))
    return EngineError(f"work failed: {type(error).__name__}: {error}")
