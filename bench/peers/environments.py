"""An environment of its own for each peer, made with the package client that the user has configured."""

import hashlib
import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import platformdirs

TOLD = ("Collecting", "Downloading", "Installing collected", "Successfully", "ERROR")
VERSIONS = (
    "import importlib.metadata as m, json; print(json.dumps({d.name.lower(): d.version for d in m.distributions()}))"
)

Say = Callable[[str], None]


def folder() -> Path:
    """Where the environments and converted files of the peers lie."""
    return platformdirs.user_cache_path("openwaves") / "bench-peers"


def python_of(name: str, requirements: tuple[str, ...], say: Say) -> Path:
    """The interpreter of a peer's environment, which is made if it is not there or has other requirements.

    Args:
        name: The environment's folder; peers may share one.
        requirements: What pip installs; none gives the interpreter that runs this.
        say: Told what is being done.

    Raises:
        SystemExit: pip could not install them.
    """
    if not requirements:
        return Path(sys.executable)
    place = folder() / f"{name}-{hashlib.sha256(json.dumps([*requirements, sys.version]).encode()).hexdigest()[:8]}"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = place / ".installed"
    if not done.exists():
        say(f"{name}: making its environment")
        venv.create(place, with_pip=True, clear=True)
        _install(python, requirements, lambda line: say(f"{name}: {line}"))
        done.touch()
    return python


def versions(python: Path) -> dict[str, str]:
    """Installed packages and their versions, names in lower case."""
    found: dict[str, str] = json.loads(subprocess.run([python, "-c", VERSIONS], capture_output=True, check=True).stdout)
    return found


def _install(python: Path, requirements: tuple[str, ...], say: Say) -> None:
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--progress-bar",
        "off",
        "--disable-pip-version-check",
        *requirements,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.strip().startswith(TOLD):
                say(line.strip()[:100])
    if process.returncode:
        raise SystemExit(f"pip could not install {', '.join(requirements)}:\n{''.join(lines[-20:])}")
