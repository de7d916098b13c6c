"""Real databases for tests: SQLite files, and a PostgreSQL server of the tests' own."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

MISSING = "no PostgreSQL here: install Debian's package `postgresql`, or put initdb and postgres into PATH"


@dataclass
class Postgres:
    """A running PostgreSQL server."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.program, "-D", str(self.folder / "data"), *options],
            user=_user(),
            cwd=self.folder,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while True:
            try:
                self.run("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < end, "PostgreSQL did not start"
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """End it at once, as a crash does."""
        assert self.process is not None
        self.process.send_signal(3)  # SIGQUIT: immediate shutdown
        self.process.wait(30)

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the superuser."""

        async def execute() -> None:
            connection = await asyncpg.connect(self.url(database))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(execute())

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """A server on a free port until the block ends; None where PostgreSQL is not installed."""
    initdb, server = _program("initdb"), _program("postgres")
    if not initdb or not server or (os.geteuid() == 0 and _user() is None):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user := _user():
        shutil.chown(folder, user)
    command = [initdb, "-D", str(folder / "data"), "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Postgres(server, folder, port)
    running.start()
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package makes a user for it."""
    if os.geteuid() != 0:
        return None
    return next((entry.pw_name for entry in pwd.getpwall() if entry.pw_name == "postgres"), None)


def _program(name: str) -> str | None:
    places = [str(path.parent) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(places))
