"""Memory as a whole: what the garbage collector looks at, and what comes back."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from openwaves import memory


class Knot:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_not_looked_at_again() -> None:
    tables = [[number] for number in range(100_000)]
    memory.settle()
    assert len(gc.get_objects(generation=2)) < 10_000
    assert gc.get_freeze_count() > len(tables)


def test_garbage_that_comes_later_is_found() -> None:
    memory.settle()
    knot = weakref.ref(Knot())
    gc.collect()
    assert knot() is None


def test_what_was_there_can_be_freed() -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    memory.settle()
    del knot
    gc.collect()
    assert gone() is not None
    memory.collect()
    assert gone() is None
    assert gc.get_freeze_count() > 0
