"""The reference says what the server does: routes, fields, defaults, ranges, answers."""

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import BaseModel
from starlette.routing import Route, WebSocketRoute
from websockets.sync.client import connect

from openwaves.api import chat_schemas, listen_options, transcription_options
from openwaves.api.app import create_app
from openwaves.api.reference.asyncapi import CHANNELS, asyncapi, served_sockets
from openwaves.api.reference.bodies import CHAT, MODELS
from openwaves.api.reference.openapi import openapi, served
from openwaves.api.reference.operations import OPERATIONS
from openwaves.api.reference.parameters import FILE, LIVE, Parameter
from openwaves.api.state import State
from openwaves.errors import FieldError, LanguageNotServedError, RequestError
from openwaves.settings import Settings
from openwaves.storage import Store
from openwaves.stt.engines.tone import whistle
from openwaves.stt.languages import CODES
from tests.servers import ADMIN_KEY, KEY, RunningServer, server
from tests.stt.sounds import silence, wav

CONTRACTS = [folder / "shared" / "contract.md" for folder in Path(__file__).parents]


@pytest.fixture
async def routes(tmp_path: Path) -> list[Any]:
    async with await Store.open(None, tmp_path) as store:
        app = create_app(State(Settings.model_validate({"data_dir": tmp_path, "admin_key": ADMIN_KEY}), store))
    return list(app.routes)


def test_every_route_is_documented_and_nothing_else(routes: list[Any]) -> None:
    assert all(isinstance(route, Route | WebSocketRoute) for route in routes)
    assert set(served(routes)) == set(OPERATIONS)
    assert set(served_sockets(routes)) == set(CHANNELS)


def test_openapi_is_valid(routes: list[Any]) -> None:
    document = openapi(routes)
    validate(document)
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(routes: list[Any]) -> None:
    for document in (openapi(routes), asyncapi(routes)):
        for target in set(re.findall(r"'\$ref': '#/([^']+)'", repr(document))):
            place: Any = document
            for part in target.split("/"):
                place = place[part]


@pytest.mark.slow
def test_asyncapi_is_valid(routes: list[Any], tmp_path: Path) -> None:
    """With the parser of AsyncAPI's own project."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    (tmp_path / "asyncapi.json").write_text(json.dumps(asyncapi(routes)), encoding="utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(tmp_path), "@asyncapi/parser@3.4.0"]
    if subprocess.run(install, capture_output=True, timeout=300, check=False).returncode:
        pytest.skip("the parser cannot be fetched")
    script = (
        "const {Parser} = require('@asyncapi/parser');"
        "new Parser().parse(require('fs').readFileSync('asyncapi.json', 'utf8')).then(({diagnostics}) => {"
        "const bad = diagnostics.filter(found => found.severity === 0);"
        "console.log(JSON.stringify(bad.slice(0, 5))); process.exit(bad.length ? 1 : 0)})"
    )
    ran = subprocess.run(["node", "-e", script], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_described(model: type[BaseModel], routes: list[Any]) -> None:
    schema = openapi(routes)["components"]["schemas"][MODELS[model]]
    assert set(schema["properties"]) == {field.alias or name for name, field in model.model_fields.items()}


def test_the_contracts_fields_are_those_of_the_schemas(routes: list[Any]) -> None:
    """Held against the tables of the contract, where they lie beside the checkout."""
    contract = next((path for path in CONTRACTS if path.is_file()), None)
    if contract is None:
        pytest.skip("the contract is not here")
    schemas = openapi(routes)["components"]["schemas"]
    text = contract.read_text(encoding="utf-8")
    speech = text[text.index("## 3.") : text.index("## 4.")]
    assert named(speech) == set(schemas["Speech"]["properties"])
    socket = text[text.index("## 6.") : text.index("Rules that real clients depend on")]
    assert named(socket) | named(speech) == set(schemas["SpeechMessage"]["properties"])
    routes_table = text[text.index("## 1.") : text.index("## 2.")]
    for path in re.findall(r"^\| `(/waves/v1/[\w\-./{}]+)` \|", routes_table, re.MULTILINE):
        known = {re.sub(r"{\w+}", "{}", path) for _, path in OPERATIONS} | set(CHANNELS)
        assert re.sub(r"{\w+}", "{}", path) in known or "{get_speech,stream}" in path, path


@pytest.mark.parametrize(("begin", "end", "parameters"), [("## 2.", "## 3.", FILE), ("## 4.", "## 5.", LIVE)])
def test_the_contracts_parameters_are_documented(begin: str, end: str, parameters: tuple[Parameter, ...]) -> None:
    contract = next((path.with_name("contract-stt.md") for path in CONTRACTS if path.is_file()), None)
    if contract is None:
        pytest.skip("the contract is not here")
    text = contract.read_text(encoding="utf-8")
    table = text[text.index(begin) : text.index(end)]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    wanted = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    ours = {row.name for row in parameters if row.description.startswith("Ours: ")}
    assert wanted | {"model", "language"} == {row.name for row in parameters} - ours


def named(table: str) -> set[str]:
    """The names in the first column of a table."""
    cells = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"\w+", cell)}


class Watched(dict[str, str]):
    """A query that remembers what was asked for."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def read_file(query: dict[str, str]) -> Any:
    return transcription_options.parse_query(query, CODES, "pulse")


def read_live(query: dict[str, str]) -> Any:
    return listen_options.parse_query(query, CODES, words_by_default=False)


READERS: list[tuple[Callable[[dict[str, str]], Any], tuple[Parameter, ...]]] = [(read_file, FILE), (read_live, LIVE)]
ROWS = [pytest.param(read, row, id=f"{read.__name__}-{row.name}") for read, parameters in READERS for row in parameters]


@pytest.mark.parametrize(("read", "parameters"), READERS)
def test_the_parameters_of_queries_are_those_that_are_read(
    read: Callable[[dict[str, str]], Any], parameters: tuple[Parameter, ...]
) -> None:
    asked = set()
    aliases = {"eou_timeout_ms": "800", "vad_events": "true", "webhook_url": "http://a.example"}
    for query in (Watched(), Watched(aliases)):
        read(query)
        asked |= query.asked
    assert asked == {row.name for row in parameters}


@pytest.mark.parametrize(("read", "row"), ROWS)
def test_a_parameters_default_is_what_happens_without_it(read: Callable[[dict[str, str]], Any], row: Parameter) -> None:
    if "default" in row.schema:
        assert read({row.name: written(row.schema["default"])}) == read({})


@pytest.mark.parametrize(("read", "row"), ROWS)
def test_a_parameters_values_are_those_that_are_taken(read: Callable[[dict[str, str]], Any], row: Parameter) -> None:
    for value in values(row.schema):
        try:
            read({row.name: value})
        except LanguageNotServedError:
            assert row.name == "language"
    for value in wrong(row.schema):
        if "brought into its range" in row.description:
            bound = str(min(max(float(value), row.schema["minimum"]), row.schema["maximum"]))
            assert read({row.name: value}) == read({row.name: bound})
        else:
            with pytest.raises((FieldError, RequestError)):
                read({row.name: value})


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def values(schema: dict[str, Any]) -> Iterator[str]:
    """Some that a schema allows: every one of a list, the ends of a range."""
    yield from map(written, schema.get("enum", ()))
    yield from (written(schema[end]) for end in ("minimum", "maximum") if end in schema)
    if schema["type"] == "boolean":
        yield from ("true", "false", "TRUE", "0")


def wrong(schema: dict[str, Any]) -> Iterator[str]:
    """Some that it does not allow."""
    if "enum" in schema or schema["type"] == "boolean":
        yield "7"
    if "maximum" in schema:
        yield written(schema["minimum"] - 1)
        yield written(schema["maximum"] + 1)


CHAT_ROWS = [pytest.param(name, schema, id=name) for name, schema in CHAT["properties"].items()]
LEAST = {"model": "electron", "messages": [{"role": "user", "content": "Hi"}]}


def read_chat(**more: Any) -> Any:
    return chat_schemas.parse_chat(json.dumps({**LEAST, **more}).encode(), ["electron"])


def test_the_fields_of_chat_are_those_that_are_read() -> None:
    assert set(CHAT["properties"]) == set(chat_schemas.FIELDS)


@pytest.mark.parametrize(("name", "schema"), CHAT_ROWS)
def test_a_field_of_chat_is_as_its_schema_says(name: str, schema: dict[str, Any]) -> None:
    if "default" in schema:
        assert read_chat(**{name: schema["default"]}) == read_chat()
    for end, beyond in (("minimum", -1), ("maximum", 1)):
        if end in schema:
            read_chat(**{name: schema[end]})
            with pytest.raises(FieldError, match=name):
                read_chat(**{name: schema[end] + beyond})
    if "const" in schema:
        read_chat(**{name: schema["const"]})
    for end, size in (("minItems", -1), ("maxItems", 1)):
        if end in schema:
            row = {"messages": LEAST["messages"][0], "tools": {"type": "function", "function": {"name": "f"}}}[name]
            read_chat(**{name: [row] * schema[end]})
            with pytest.raises(FieldError, match=name):
                read_chat(**{name: [row] * (schema[end] + size)})


@pytest.mark.parametrize(("model", "name"), [(model, name) for model, name in MODELS.items() if "Speech" in name])
def test_speech_bodies_are_read_as_their_schemas_say(model: type[BaseModel], name: str, routes: list[Any]) -> None:
    schema = openapi(routes)["components"]["schemas"][name]
    least = {"text": "a", "voice_id": "sophia", "model": "lightning_v3.1", "input": "a", "voice": "alloy"}
    least = {key: value for key, value in least.items() if key in schema["properties"]}
    plain = model.model_validate(least)
    for field, told in schema["properties"].items():
        inner = next((part for part in told.get("anyOf", ()) if part.get("type") != "null"), told)
        if told.get("default") is not None:
            assert model.model_validate({**least, field: told["default"]}) == plain
        for value in inner.get("enum", ()):
            model.model_validate({**least, field: value})
        for end, beyond in (("minimum", -0.01), ("maximum", 0.01)):
            if end in inner:
                model.model_validate({**least, field: inner[end]})
                with pytest.raises(ValueError, match=field):
                    model.model_validate({**least, field: inner[end] + beyond})


@pytest.fixture(scope="module")
def admin_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("reference")
    with server(folder, "--engine", "tone", OPENWAVES_ADMIN_KEY=ADMIN_KEY) as running:
        yield running


def test_the_reference_is_served_without_a_key(admin_server: RunningServer) -> None:
    pages = {
        path: requests.get(admin_server.url + path, timeout=30)
        for path in ("/reference", "/openapi.json", "/asyncapi.json", "/llms.txt")
    }
    assert all(page.status_code == 200 for page in pages.values())
    page = pages["/reference"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|https?://|@import|url\(", page.text), "the page loads something"
    anchors = set(re.findall(r"id='([^']+)'", page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= anchors
    for method, path in OPERATIONS:
        assert f"`{method} {path}`" in pages["/llms.txt"].text
        assert path in page.text
    assert len(page.content) < 400_000


def whistled() -> bytes:
    return wav(np.concatenate([silence(0.3), whistle("hello my name is John Smith"), silence(0.3)]))


REAL: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/health", {}),
    ("GET", "/ready", {}),
    ("GET", "/waves/v1/voice/get-all-models", {}),
    ("GET", "/waves/v1/lightning-v3.1/get_voices", {}),
    ("POST", "/waves/v1/auth/token", {"json": {}}),
    ("POST", "/waves/v1/pronunciation-dicts", {"json": {"items": [{"word": "a", "pronunciation": "b"}]}}),
    ("GET", "/waves/v1/pronunciation-dicts", {}),
    ("GET", "/waves/v1/voice-cloning", {}),
    ("POST", "/waves/v1/stt", {"data": whistled(), "params": {"model": "pulse", "diarize": "true"}}),
    ("POST", "/waves/v1/stt", {"data": whistled(), "params": {"model": "pulse-pro", "word_timestamps": "true"}}),
    ("GET", "/v1/models", {}),
    ("GET", "/v1/models/tts-1", {}),
    ("GET", "/v1/audio/voices", {}),
    *(
        ("POST", "/v1/audio/transcriptions", {"files": {"file": whistled()}, "data": {"model": "pulse", **form}})
        for form in ({}, {"response_format": "verbose_json"}, {"response_format": "diarized_json"})
    ),
    ("GET", "/admin/v1/accounts", {}),
    ("GET", "/admin/v1/keys", {}),
    ("GET", "/admin/v1/usage", {}),
]


@pytest.mark.parametrize(("method", "path", "parts"), REAL, ids=lambda value: value if isinstance(value, str) else "")
def test_real_answers_have_the_documented_form(
    admin_server: RunningServer, method: str, path: str, parts: dict[str, Any]
) -> None:
    document = admin_server.get("/openapi.json").json()
    headers = {"Authorization": f"Bearer {ADMIN_KEY if path.startswith('/admin') else KEY}"}
    answer = requests.request(method, admin_server.url + path, headers=headers, timeout=30, **parts)
    documented = next(
        told[method.lower()]
        for template, told in document["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", r"[^/]+", template), path) and method.lower() in told
    )
    schema = documented["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    check(answer.json(), schema, document)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/waves/v1/tts", {}), ("/waves/v1/stt", {}), ("/v1/audio/speech", {}), ("/waves/v1/pronunciation-dicts", {})],
)
def test_real_errors_have_the_documented_form(admin_server: RunningServer, path: str, body: dict[str, Any]) -> None:
    document = admin_server.get("/openapi.json").json()
    answer = admin_server.post(path, body)
    assert answer.status_code == 400
    responses = document["paths"][path]["post"]["responses"]
    check(answer.json(), responses["400"]["content"]["application/json"]["schema"], document)


def test_real_messages_of_sockets_have_the_documented_form(admin_server: RunningServer) -> None:
    document = admin_server.get("/asyncapi.json").json()
    schemas = {name: {"$ref": f"#/components/schemas/{name}"} for name in CHANNELS["/waves/v1/tts/live"].sends}
    url = admin_server.url.replace("http", "ws", 1)
    with connect(f"{url}/waves/v1/tts/live?token={KEY}") as socket:
        socket.send(json.dumps({"text": "Hello there.", "voice_id": "sophia", "word_timestamps": True}))
        statuses = set()
        while "complete" not in statuses:
            frame = json.loads(socket.recv(timeout=20))
            statuses.add(frame["status"])
            check(frame, {"oneOf": list(schemas.values())}, document)
        socket.send("nonsense")
        check(json.loads(socket.recv(timeout=20)), schemas["SpeechSocketError"], document)
    assert statuses == {"chunk", "word_timestamp", "complete"}
    heard = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in CHANNELS["/waves/v1/stt/live"].sends]}
    query = f"token={KEY}&word_timestamps=true&vad_events=true&diarize=true"
    with connect(f"{url}/waves/v1/stt/live?{query}") as socket:
        socket.send(whistled())
        socket.send(json.dumps({"type": "keepalive"}))
        socket.send(json.dumps({"type": "close_stream"}))
        kinds = set()
        for data in socket:
            frame = json.loads(data)
            kinds.add(frame["type"])
            check(frame, heard, document)
    assert {"transcription", "pong", "speech_started"} <= kinds


def check(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    problems = list(Draft202012Validator({**schema, "components": document["components"]}).iter_errors(value))
    assert not problems, problems[0].message


def test_no_documented_object_is_empty(routes: list[Any]) -> None:
    for name, operation in OPERATIONS.items():
        assert dataclasses.asdict(operation)["answer"], name
