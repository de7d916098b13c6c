"""What a server does about memory as a whole: nothing stops for it, and what is freed goes back to the system."""

import ctypes
import gc
import threading
import time

GIVE_BACK_EVERY_S = 30.0


def settle() -> None:
    """Call when all is loaded that stays: the garbage collector does not look at it again.

    It stops every thread while it looks: 0.1 to 0.2 s for a server's modules and tables, now and then.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # counts what is left: whether it looks at everything depends on how much there was the last time


def collect() -> None:
    """Free what has become garbage, also of what was there when all was loaded, and give it back."""
    gc.unfreeze()
    settle()
    give_back()


def give_back() -> None:
    """Return what was freed to the system; glibc keeps it until told. Takes a few milliseconds."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # another C library
        return


def keep_giving_back() -> None:
    """Start a thread that frees what has become garbage and gives it back, now and then: 4 to 11 ms under load."""

    def run() -> None:
        while True:
            time.sleep(GIVE_BACK_EVERY_S)
            gc.collect()
            give_back()

    threading.Thread(target=run, name="openwaves-trim", daemon=True).start()
