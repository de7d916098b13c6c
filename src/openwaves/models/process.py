"""Work in processes of its own, which can be ended at any moment: downloads, and the preparing of networks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError

_CALL = (
    "import sys; from importlib import import_module\n"
    "module, name, *arguments = sys.argv[1:]\n"
    "getattr(import_module(module), name)(*arguments)"
)

_GUARD = (
    "import os, signal, subprocess, sys, threading\n"
    "try: child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)\n"
    "except OSError as error: sys.exit(f'cannot run {sys.argv[1]}: {error}')\n"
    "def follow():\n"
    "    os.read(0, 1)\n"
    "    os.killpg(0, signal.SIGKILL)\n"
    "threading.Thread(target=follow, daemon=True).start()\n"
    "os._exit(child.wait() & 255)"
)
"""Runs a command in a session of its own and ends all of it once this process, which holds its input, is no more."""


def run(
    command: Sequence[str],
    cancel: CancelToken,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    hear: Callable[[str], bool] = lambda line: False,
    explain: Callable[[Sequence[str]], str] = lambda lines: "; ".join(lines[-3:]),
) -> None:
    """Run a command to its end, or kill it with everything that it has started; so does the end of this process.

    Args:
        command: Program and arguments.
        cancel: Kills it. A Ctrl-C of the terminal does not reach it.
        cwd: Where it runs; None is the current folder.
        environment: Variables on top of the inherited ones.
        hear: Gets every line of output; true keeps the line from ``explain``.
        explain: Makes the message of a failure of the lines that were printed.

    Raises:
        ModelFileError: It cannot be started, or it failed.
        CancelledWorkError: ``cancel`` was cancelled.
    """
    lines: list[str] = []
    cancel.raise_if_cancelled()
    is_guarded = os.name == "posix"
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _GUARD, *command] if is_guarded else command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=is_guarded,
        )
    except OSError as error:
        raise ModelFileError(f"cannot run {command[0]}: {error}") from error
    with process:
        try:
            with cancel.interrupting(lambda: _kill(process)):
                for line in process.stdout or ():
                    if not hear(line.strip()) and line.strip():
                        lines.append(line.strip())
        except BaseException:
            _kill(process)
            raise
    if process.returncode != 0:
        raise ModelFileError(explain(lines) or f"{command[0]} ended with exit status {process.returncode}")


def call(function: Callable[..., None], *arguments: Path, cancel: CancelToken) -> None:
    """Call a function of a module in another process; its arguments arrive as strings.

    Raises:
        ModelFileError: It failed.
        CancelledWorkError: ``cancel`` was cancelled.
    """
    name = (function.__module__, function.__qualname__)
    run([sys.executable, "-P", "-c", _CALL, *name, *map(str, arguments)], cancel, explain=_raised)


def _raised(lines: Sequence[str]) -> str:
    """What was raised, as the last line of its traceback tells; without the name of our own error."""
    return lines[-1].removeprefix(f"{ModelFileError.__module__}.{ModelFileError.__qualname__}: ") if lines else ""


def _kill(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
