"""The process that decodes files waits for the next one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from openwaves.audio import decode_worker
from openwaves.audio.decoder_process import Decoders
from tests.stt.sounds import silence, wav

ARGUMENTS = ("5", "0")
SOUND = silence(1.5)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    made = Decoders()
    yield made
    made.close()


def file_of(data: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    file.write(data)
    file.flush()
    file.seek(0)
    return file


def output(process: "subprocess.Popen[bytes]") -> tuple[bytes, int]:
    with process:
        assert process.stdout is not None
        return process.stdout.read(), process.wait()


def waiting_pid(decoders: Decoders) -> int:
    decoders.prepare()
    assert decoders._waiting is not None
    return decoders._waiting.process.pid


def limits_of(pid: int) -> dict[str, str]:
    """The hard limits of a process."""
    rows = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {row[:26].strip(): row[47:].split()[0] for row in rows}


def test_who_waited_does_the_same_and_is_used_once(decoders: Decoders) -> None:
    pids = []
    for number in range(3):
        with file_of(wav(SOUND)) as file:
            waits = waiting_pid(decoders) if number else None
            process = decoders.begin(file, ARGUMENTS)
            assert waits in (None, process.pid)
            data, status = output(process)
        assert (len(data), status) == (4 * len(SOUND), 0)
        pids.append(process.pid)
    assert len(set(pids)) == 3


def test_who_waited_is_limited_as_well(decoders: Decoders) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file, os.fdopen(writing, "wb") as other:
        waiting_pid(decoders)
        process = decoders.begin(file, ("7", "0"))
        while (limits := limits_of(process.pid))["Max open files"] != "8":  # the last one that is set
            assert process.poll() is None
            time.sleep(0.01)
        assert limits["Max cpu time"] == "7"
        assert limits["Max address space"] == str(decode_worker.MEMORY_BYTES)
        assert limits["Max file size"] == "0"
        other.close()
        assert output(process)[1] != 0


def test_what_is_no_sound_is_told_by_the_status(decoders: Decoders) -> None:
    waiting_pid(decoders)
    with file_of(b"no sound at all " * 99) as file:
        assert output(decoders.begin(file, ARGUMENTS)) == (b"", decode_worker.UNKNOWN)


def test_one_that_was_killed_is_replaced(decoders: Decoders) -> None:
    os.kill(waiting_pid(decoders), signal.SIGKILL)
    with file_of(wav(SOUND)) as file:
        assert len(output(decoders.begin(file, ARGUMENTS))[0]) == 4 * len(SOUND)
    pid = waiting_pid(decoders)
    os.kill(pid, signal.SIGKILL)
    assert decoders._waiting is not None
    decoders._waiting.process.wait()
    assert waiting_pid(decoders) != pid


def test_nobody_waits_behind_the_end_of_its_parent() -> None:
    script = "from openwaves.audio.decoder_process import Decoders as D; import os; d = D(); d.prepare()\n"
    script += "print(d._waiting.process.pid, flush=True); os._exit(0)"
    pid = int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")
