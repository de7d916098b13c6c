"""Spreads speech over this machine's cores so that no listener's sound breaks off.

``protocol`` is what others see, ``pool`` has the workers, ``admission`` decides when one listener more can be served,
``pace`` learns how long speech lasts and how long it takes to make.
"""

from openwaves.scheduler.cores import available_cores
from openwaves.scheduler.pool import Scheduler
from openwaves.scheduler.protocol import EnginePool, Listener, Load

__all__ = ["EnginePool", "Listener", "Load", "Scheduler", "available_cores"]
