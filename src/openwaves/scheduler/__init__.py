"""Spreads work over this machine's cores so that nobody who listens or speaks is kept waiting.

``work`` is what it knows of the things that are done, ``protocol`` what others see of it. ``pool`` has the workers,
``queue`` the order, ``floor`` all that is going on, ``listener`` what a request for sound still awaits. ``admission``
decides when one listener more can be served, ``costs`` learns what work takes.
"""

from openwaves.scheduler.cores import available_cores
from openwaves.scheduler.outcomes import DUE
from openwaves.scheduler.pool import Scheduler
from openwaves.scheduler.protocol import Listener, Load, Workers
from openwaves.scheduler.work import Work

__all__ = ["DUE", "Listener", "Load", "Scheduler", "Work", "Workers", "available_cores"]
