"""Where a run took place: numbers without that are worth little."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openwaves import __version__


def machine() -> dict[str, Any]:
    """Cores, processor, system and versions of the machine that runs the generator."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        usable = os.cpu_count() or 1
    return {
        "cores": os.cpu_count(),
        "usable_cores": usable,
        "cpu": _processor(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "openwaves": __version__,
        "aiohttp": version("aiohttp"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
