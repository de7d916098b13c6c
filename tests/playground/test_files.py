"""The page's files and the sign-in, without a browser."""

import gzip
import re
from pathlib import Path

import pytest
import requests

import openwaves.api.playground as playground
from openwaves.api.playground import assets
from openwaves.api.playground.sign_in import SignInCode, is_loopback
from tests.servers import KEY, RunningServer, server

FOLDER = Path(playground.__file__).parent
SIGN_IN = re.compile(r"playground: (http://\S+)/#sign-in=(\S+)")


def test_the_page_is_there(tone_server: RunningServer) -> None:
    answer = requests.get(tone_server.url, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>openwaves</title>" in answer.text


def test_all_that_the_page_names_is_there(tone_server: RunningServer) -> None:
    named = {
        "/" + path for text in _texts() for path in re.findall(r'["(]/?(playground/[\w./-]+)', text) if "." in path
    }
    named |= {"/playground/" + path for text in _texts("*.css") for path in re.findall(r'url\("\.\./([\w./-]+)', text)}
    named |= {
        f"/playground/js/{path}" for text in _texts() for path in re.findall(r'(?:from |import\()"\./([\w.-]+)"', text)
    }
    assert len(named) > 20
    for path in sorted(named):
        assert requests.get(tone_server.url + path, timeout=30).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("js/app.js", "text/javascript; charset=utf-8"),
        ("css/base.css", "text/css; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
        ("fonts/newsreader.woff2", "font/woff2"),
    ],
)
def test_files_have_their_type_and_tag(tone_server: RunningServer, path: str, media_type: str) -> None:
    url = f"{tone_server.url}/playground/{path}"
    first = requests.get(url, timeout=30)
    assert first.headers["content-type"] == media_type
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.content == (FOLDER / path).read_bytes()
    again = requests.get(url, headers={"If-None-Match": first.headers["etag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")
    assert requests.get(url, headers={"If-None-Match": '"other"'}, timeout=30).status_code == 200


def test_files_are_packed_where_that_is_asked(tone_server: RunningServer) -> None:
    url = tone_server.url + "/playground/js/speak.js"
    with requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.raw.read()) == (FOLDER / "js/speak.js").read_bytes()
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
    assert "content-encoding" not in plain.headers


def test_a_strict_policy_holds(tone_server: RunningServer) -> None:
    policy = requests.get(tone_server.url, timeout=30).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for text in _texts("*.html"):
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    for text in _texts():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg|localhost|\$)[\w$]", text), "another origin"


def test_what_is_not_there_is_told_as_ever(tone_server: RunningServer) -> None:
    for path in ("/playground/nothing.js", "/playground/../__init__.py", "/playground/__init__.py", "/nothing"):
        answer = requests.get(tone_server.url + path, timeout=30)
        assert answer.status_code == 404
        assert answer.json()["error"] == "NotFound"


def test_the_whole_page_is_small() -> None:
    assert sum(len(asset.packed or asset.body) for asset in assets().values()) < 200_000


def test_the_link_signs_in_once(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        found = SIGN_IN.search("".join(running.log))
        assert found
        assert found[1] == running.url
        url = running.url + "/playground/sign-in"
        assert requests.post(url, json={"code": "wrong"}, timeout=30).status_code == 401
        signed = requests.post(url, json={"code": found[2]}, timeout=30)
        assert signed.headers["cache-control"] == "no-store"
        key = signed.json()["key"]
        assert running.ask("GET", "/waves/v1/pronunciation-dicts", key=key).status_code == 200
        assert running.ask("POST", "/waves/v1/auth/token", {}, key=key).json()["access_token"].startswith("wat_")
        assert requests.post(url, json={"code": found[2]}, timeout=30).status_code == 401
        assert requests.post(url, json={}, timeout=30).status_code == 400
        assert running.ask("GET", "/waves/v1/pronunciation-dicts", key=key[:-2]).status_code == 401
    with server(tmp_path, "--engine", "tone") as again:
        assert again.ask("GET", "/waves/v1/pronunciation-dicts", key=key).status_code == 200
        assert not [line for line in again.log if KEY in line or key in line]


def test_no_token_is_a_pass(tone_server: RunningServer) -> None:
    token = tone_server.post("/waves/v1/auth/token", {}).json()["access_token"]
    forged = "wps_" + token.removeprefix("wat_")
    assert tone_server.ask("GET", "/waves/v1/pronunciation-dicts", key=forged).status_code == 401


def test_only_this_machine_gets_a_code(tmp_path: Path) -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("voice.example")
    with server(tmp_path, "--engine", "tone", "--host", "0.0.0.0") as running:
        assert "#sign-in=" not in "".join(running.log)
        assert requests.post(running.url + "/playground/sign-in", json={"code": ""}, timeout=30).status_code == 401


def test_a_code_ends_when_it_was_taken() -> None:
    code = SignInCode()
    assert not code.take("")
    assert not code.take(code.code + "x")
    assert code.take(code.code)
    assert not code.take(code.code)


def _texts(pattern: str = "*") -> list[str]:
    return [path.read_text() for path in FOLDER.rglob(pattern) if path.suffix in (".js", ".css", ".html")]
