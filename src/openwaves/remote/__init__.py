"""Work that is done in other processes: what travels is a value, what comes back is its result.

``calls`` has what others see. ``crew`` keeps worker processes on this machine: it chooses one for a call, starts what
died again and repeats what was lost; ``process`` is one of them as its parent sees it, ``working`` what runs inside.
"""

from openwaves.remote.calls import Call, Done, Place
from openwaves.remote.crew import Crew

__all__ = ["Call", "Crew", "Done", "Place"]
