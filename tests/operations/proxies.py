"""Reverse proxies that offer a server under a path: nginx as the documents configure it, and a small one."""

import asyncio
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

NGINX = shutil.which("nginx")
_CONFIGURATION = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    map $http_upgrade $openwaves_connection {{ default upgrade; '' ''; }}
    upstream openwaves {{ server {server}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port};
        location {path}/ {{
            proxy_pass http://openwaves{stripped};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $openwaves_connection;
            proxy_buffering off;
            proxy_request_buffering off;
        }}
    }}
}}
"""


@contextmanager
def nginx(server: str, path: str) -> Iterator[str]:
    """nginx before a server, which takes the path off; the address at which clients ask.

    Args:
        server: Address of the server.
        path: As in ``/voice``.
    """
    assert NGINX is not None
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nginx") as name:
        folder = Path(name)
        folder.chmod(0o777)  # nginx's workers are another user
        told = {"folder": folder, "server": urlsplit(server).netloc, "port": port, "path": path, "stripped": "/"}
        (folder / "nginx.conf").write_text(_CONFIGURATION.format(**told))
        process = subprocess.Popen([NGINX, "-p", name, "-c", "nginx.conf"], stderr=subprocess.PIPE, text=True)
        try:
            _wait_open(port)
            yield f"http://127.0.0.1:{port}{path}"
        finally:
            process.terminate()
            process.wait(20)
            assert process.stderr is not None
            process.stderr.close()


@contextmanager
def small_proxy(server: str, path: str) -> Iterator[str]:
    """A proxy that leaves the path in what it asks; the address at which clients ask."""
    to, port, ready, ends = urlsplit(server).netloc.rpartition(":"), free_port(), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        assert head.split()[1].startswith(path)
        lines = [line for line in head.split("\r\n")[:-2] if not re.match(r"x-forwarded|connection", line, re.I)]
        connection = "Upgrade" if re.search(r"^upgrade:", head, re.I | re.M) else "close"
        lines += ["X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.9", f"Connection: {connection}", "", ""]
        from_server, to_server = await asyncio.open_connection(to[0], int(to[2]))
        to_server.write("\r\n".join(lines).encode("latin-1"))
        await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer), return_exceptions=True)

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        async with await asyncio.start_server(pass_on, "127.0.0.1", port):
            ready.set()
            await ends.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    ready.wait(20)
    try:
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        loops[0].call_soon_threadsafe(ends.set)
        thread.join(20)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _wait_open(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return
