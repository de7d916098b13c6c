"""TLS by option: https and wss on the port, certificates that change while the server runs, mistakes that are named."""

import json
import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme
from websockets.sync.client import connect

from openwaves.api.tls import Certificate
from openwaves.errors import CertificateError
from openwaves.settings import load_settings
from tests.forked import ForkedServer
from tests.servers import KEY

HEADERS = {"Authorization": f"Bearer {KEY}"}
BODY: dict[str, Any] = {"text": "Nobody listens in.", "voice_id": "magnus", "sample_rate": 8000}


class Pair:
    """A certificate and its key, in files, by an authority of its own.

    Attributes:
        authority: File of the authority's certificate.
        chain: File of the server's.
        key: File of its key.
    """

    def __init__(self, folder: Path) -> None:
        self.authority, self.chain, self.key = (folder / name for name in ("authority.pem", "chain.pem", "key.pem"))
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(str(self.authority))
        self.renew()

    def renew(self) -> None:
        """Put another pair in their place."""
        made = self._authority.issue_cert("localhost", "127.0.0.1")
        self.chain.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        self.key.write_bytes(made.private_key_pem.bytes())


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


@pytest.fixture
def running(pair: Pair, tmp_path: Path) -> Iterator[ForkedServer]:
    options = ("--tls-cert", str(pair.chain), "--tls-key", str(pair.key))
    with ForkedServer(tmp_path / "data", "", *options) as forked:
        forked.begin()
        forked.wait(ready=False)
        end = time.monotonic() + 60
        while "\nready\n" not in forked.said():
            assert time.monotonic() < end
            time.sleep(0.01)
        yield forked


def serial(url: str, authority: Path) -> str:
    """The number of the certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=str(authority))
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    with (
        socket.create_connection((address.hostname, address.port), 20) as plain,
        context.wrap_socket(plain, server_hostname=address.hostname) as wrapped,
    ):
        told = wrapped.getpeercert()
    assert told
    return str(told["serialNumber"])


def test_https_wss_and_a_renewal(running: ForkedServer, pair: Pair) -> None:
    assert running.url.startswith("https://")
    authority = str(pair.authority)
    answer = requests.post(running.url + "/waves/v1/tts", json=BODY, headers=HEADERS, verify=authority, timeout=30)
    assert answer.status_code == 200
    voices = requests.get(
        running.url + "/waves/v1/voice/get-all-models", headers=HEADERS, verify=authority, timeout=30
    ).json()["voices"]
    assert voices[0]["audioPreview"].startswith(running.url)
    context = ssl.create_default_context(cafile=authority)
    address = running.url.replace("https", "wss", 1) + "/waves/v1/tts/live"
    with connect(address, additional_headers=HEADERS, ssl=context) as websocket:
        before = serial(running.url, pair.authority)
        pair.renew()
        end = time.monotonic() + 30
        while serial(running.url, pair.authority) == before:
            assert time.monotonic() < end
            time.sleep(0.1)
        websocket.send(json.dumps(BODY))  # what was open goes on
        while (frame := json.loads(websocket.recv(20)))["status"] != "complete":
            assert frame["status"] == "chunk"
    with pytest.raises(requests.ConnectionError):
        requests.get(running.url.replace("https", "http", 1) + "/health", timeout=10)
    assert running.end(signal.SIGTERM) == 0
    assert "playground: https://" in running.said()


def test_half_of_a_new_pair_changes_nothing(pair: Pair) -> None:
    certificate = Certificate(pair.chain, pair.key)
    assert not certificate.renew()
    old_key = pair.key.read_bytes()
    pair.renew()
    new_key = pair.key.read_bytes()
    pair.key.write_bytes(old_key)
    with pytest.raises(CertificateError, match="cannot be used"):
        certificate.renew()
    pair.key.write_bytes(new_key)
    os.utime(pair.key, ns=(1, 1))
    assert certificate.renew()


@pytest.mark.parametrize(
    ("chain", "key", "told"),
    [
        (None, "key.pem", "tls_cert: is needed"),
        ("none.pem", None, "none.pem: No such file"),
        ("chain.pem", None, "cannot be used"),
        ("key.pem", "chain.pem", "cannot be used"),
    ],
)
def test_mistakes_are_named(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: str | None, key: str | None, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(tls_cert=chain and Path(chain), tls_key=key and Path(key))
    with pytest.raises(CertificateError, match=told):
        Certificate.of(settings)
