"""The cancel token across real threads."""

import threading

import pytest

from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError


def test_cancel_interrupts_the_native_call_and_replaces_its_error() -> None:
    token = CancelToken()
    stop = threading.Event()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(CancelledWorkError), token.interrupting(stop.set):
        assert stop.wait(5)
        raise RuntimeError("interrupted")


def test_a_call_that_ends_by_itself_after_cancel_still_counts_as_cancelled() -> None:
    token = CancelToken()
    with pytest.raises(CancelledWorkError), token.interrupting(lambda: None):
        token.cancel()


def test_a_cancelled_token_starts_no_call() -> None:
    token = CancelToken()
    token.cancel()
    entered = False
    with pytest.raises(CancelledWorkError), token.interrupting(lambda: None):
        entered = True
    assert not entered


def test_errors_of_work_that_nobody_cancelled_pass() -> None:
    with pytest.raises(ZeroDivisionError), CancelToken().interrupting(lambda: None):
        1 / 0  # noqa: B018
