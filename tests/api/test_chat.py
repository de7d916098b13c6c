"""The chat routes over HTTP, on a server whose model is another server that does as it is told."""

import json
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import requests

from tests.llm.upstream import ANSWER, Behaviour, upstream
from tests.servers import KEY, RunningServer, server

CHAT = "/waves/v1/chat/completions"
HI = [{"role": "user", "content": "my secret question"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SAYING = b'{"model": "electron", "messages": [{"role": "user", "content": "?"}]}'
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}


@pytest.fixture(scope="module")
def behaviour() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


@pytest.fixture(scope="module")
def chat_server(behaviour: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    options = (
        "--llm-url",
        behaviour.url,
        "--llm-model",
        "electron=theirs",
        "--llm-first-token-s",
        "2",
        "--llm-stall-s",
        "2",
    )
    with server(tmp_path_factory.mktemp("chat"), "--engine", "tone", *options) as running:
        yield running


@pytest.fixture(autouse=True)
def _well(behaviour: Behaviour) -> None:
    behaviour.fault, behaviour.chunks, behaviour.finish = "", [], "stop"
    behaviour.asked.clear()


def named(name: str, parameters: Any = None) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def ask(server: RunningServer, **more: Any) -> requests.Response:
    return server.post(CHAT, {"model": "electron", "messages": HI, **more})


def events(response: requests.Response) -> list[Any]:
    assert response.headers["content-type"].startswith("text/event-stream")
    frames = [frame for frame in response.text.split("\n\n") if frame]
    assert all(frame.startswith("data: ") for frame in frames)
    return [frame[6:] if frame == "data: [DONE]" else json.loads(frame[6:]) for frame in frames]


def test_an_answer_in_one_piece(chat_server: RunningServer) -> None:
    response = ask(chat_server)
    assert response.status_code == 200
    body = response.json()
    assert body["id"].startswith("chatcmpl-")
    assert body["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "logprobs": None, "finish_reason": "stop"}
    ]
    assert body["usage"] == {
        "prompt_tokens": 11,
        "completion_tokens": 5,
        "total_tokens": 16,
        "prompt_tokens_details": {"cached_tokens": 5},
    }


def test_a_stream(chat_server: RunningServer) -> None:
    *chunks, end = events(ask(chat_server, stream=True, stream_options={"include_usage": True}))
    assert end == "[DONE]"
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1]) == ANSWER
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 16
    assert all("usage" not in chunk for chunk in events(ask(chat_server, stream=True))[:-1])


def test_calls_in_a_stream_are_one_fragment_a_chunk(chat_server: RunningServer, behaviour: Behaviour) -> None:
    calls = [{"name": "get_weather", "arguments": {"city": city}} for city in ("Paris", "Rome")]
    text = json.dumps(calls)
    behaviour.chunks = [{"content": text}]
    *chunks, _end = events(ask(chat_server, stream=True, tools=[WEATHER]))
    fragments = [chunk["choices"][0]["delta"].get("tool_calls", []) for chunk in chunks]
    assert [len(calls) for calls in fragments] == [0, 1, 1, 1, 1, 0]
    assert [calls[0]["index"] for calls in fragments if calls] == [0, 0, 1, 1]
    assert fragments[1][0]["function"] == {"name": "get_weather", "arguments": ""}
    assert fragments[2][0]["function"] == {"arguments": '{"city": "Paris"}'}
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    message = ask(chat_server, tools=[WEATHER], parallel_tool_calls=False).json()["choices"][0]["message"]
    assert message["content"] is None
    assert len(message["tool_calls"]) == 1


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("429", 429, "rate_limit_error"),
        ("503", 503, "server_error"),
        ("500", 502, "server_error"),
        ("401", 502, "server_error"),
        ("html", 502, "server_error"),
        ("silent", 503, "server_error"),
        ("400", 400, "invalid_request_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_fails_before_the_first_token_is_plain_http(
    chat_server: RunningServer, behaviour: Behaviour, fault: str, status: int, kind: str, *, stream: bool
) -> None:
    behaviour.fault = fault
    response = ask(chat_server, stream=stream)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["type"] == kind
    assert error["request_id"] == response.headers["x-request-id"]
    if status in {429, 503}:
        assert int(response.headers["retry-after"]) >= 1


@pytest.mark.parametrize("fault", ["cut", "nonsense", "error event", "stall"])
def test_what_fails_later_ends_a_stream_with_an_error_and_no_done(
    chat_server: RunningServer, behaviour: Behaviour, fault: str
) -> None:
    behaviour.fault = fault
    *chunks, last = events(ask(chat_server, stream=True))
    assert chunks[1]["choices"][0]["delta"]["content"]
    assert last["error"]["type"] == "server_error"
    assert ask(chat_server).status_code in {502, 503}
    client = openai.OpenAI(api_key=KEY, base_url=chat_server.url + "/waves/v1", max_retries=0)
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="electron", messages=HI, stream=True))  # type: ignore[arg-type]


def test_hanging_up_hangs_up_there(chat_server: RunningServer, behaviour: Behaviour) -> None:
    behaviour.fault, before = "endless", behaviour.hung_up
    headers = {"Authorization": f"Bearer {KEY}"}
    body: Any = {"model": "electron", "messages": HI, "stream": True}
    with requests.post(chat_server.url + CHAT, json=body, headers=headers, stream=True, timeout=60) as response:
        next(response.iter_content(64))
    end = time.monotonic() + 10
    while behaviour.hung_up == before and time.monotonic() < end:
        time.sleep(0.02)
    assert behaviour.hung_up == before + 1


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"model": "gpt-17"}, "model", "gpt-17"),
        ({"model": None}, "model", "required"),
        ({"messages": []}, "messages", "1 to 200"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", "wizard"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content", "only text"),
        ({"temperature": 2.5}, "temperature", "0 to 2"),
        ({"temperature": True}, "temperature", "0 to 2"),
        ({"max_tokens": "5"}, "max_tokens", "integer"),
        ({"n": 2}, "n", "n > 1 is not supported"),
        ({"prompt_logprobs": 1}, "prompt_logprobs", "not supported"),
        ({"stop": list("abcde")}, "stop", "at most 4"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice", "'x'"),
        ({"tool_choice": "required"}, "tool_choice", "needs tools"),
        ({"response_format": {"type": "yaml"}}, "response_format", "yaml"),
        ({"logit_bias": {"a": 1}}, "logit_bias", "token ids"),
        ({"logit_bias": {"1": 1e308}}, "logit_bias", "-100 to 100"),
        ({"seed": 1 << 70}, "seed", "64 bits"),
        ({"stop": ["x" * 1000]}, "stop", "at most 500 characters"),
        ({"tool_choice": ["auto"], "tools": [WEATHER]}, "tool_choice", '["auto"] is not one of auto'),
        ({"tools": [named("get weather")]}, "tools[0].function.name", "1 to 128 letters, digits"),
        ({"tools": [WEATHER, named("<|im_end|>")]}, "tools[1].function.name", "1 to 128 letters, digits"),
        ({"tools": [named(f"t{n}") for n in range(10_000)]}, "tools", "at most 64, not 10000"),
        ({"tools": [named("a", {"type": 5})]}, "tools[0].function.parameters", "type must be object, not 5"),
        (
            {"tools": [named("a", {"properties": {"b": {"type": "text"}}})]},
            "tools[0].function.parameters",
            "schema.properties.b.type 'text' is not one of object",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"enum": []}}}},
            "response_format.json_schema",
            "allows nothing",
        ),
    ],
)
def test_what_is_refused(chat_server: RunningServer, body: dict[str, Any], field: str, said: str) -> None:
    response = ask(chat_server, **body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == field
    assert said in error["message"]
    assert error["details"] == [{"code": "custom", "message": error["message"], "path": [field]}]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"[" * 100_000, 400, "nested deeper than 100 levels"),
        (b'{"x": ' + b"[" * 200 + b"]" * 200 + b"}", 400, "nested deeper than 100 levels"),
        (SAYING.replace(b"?", b"\xff"), 400, "not JSON"),
        (SAYING.replace(b"{", b'{"temperature": NaN, ', 1), 400, "0 to 2, not NaN"),
        (SAYING.replace(b"{", b'{"seed": ' + b"9" * 5000 + b", ", 1), 400, "not JSON"),
        (SAYING.replace(b"?", b"half \\ud83d of it"), 200, ANSWER),
        (SAYING.replace(b"?", b"w " * 500_000), 200, ANSWER),
    ],
)
def test_bodies_that_are_hard_to_read(chat_server: RunningServer, body: bytes, status: int, said: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    response = requests.post(chat_server.url + CHAT, body, headers=headers, timeout=60)
    assert response.status_code == status
    assert said in response.text


def test_an_access_token_opens_no_chat(chat_server: RunningServer) -> None:
    token = chat_server.post("/waves/v1/auth/token", {}).json()["access_token"]
    for method, path in (("POST", CHAT), ("POST", "/api/v1/chat/completions"), ("GET", "/waves/v1/models")):
        response = chat_server.ask(method, path, {"model": "electron", "messages": HI}, key=token)
        assert (response.status_code, response.json()["error"]["type"]) == (403, "permission_error")
        assert response.json()["error"]["request_id"] == response.headers["x-request-id"]


def test_keys_and_unknown_routes(chat_server: RunningServer) -> None:
    for path in (CHAT, "/waves/v1/models", "/api/v1/models"):
        response = chat_server.ask("POST" if path == CHAT else "GET", path, {}, key="sk_wrong")
        assert (response.status_code, response.json()["error"]["type"]) == (401, "authentication_error")
    for name in ("completions", "responses", "embeddings", "chat/other"):
        response = chat_server.post(f"/waves/v1/{name}", {})
        assert (response.status_code, response.json()["error"]["type"]) == (404, "invalid_request_error")
    big = requests.post(
        chat_server.url + CHAT, b" " * 3_000_000, headers={"Authorization": f"Bearer {KEY}"}, timeout=60
    )
    assert (big.status_code, big.json()["error"]["type"]) == (413, "invalid_request_error")


def test_models_are_listed(chat_server: RunningServer) -> None:
    client = openai.OpenAI(api_key=KEY, base_url=chat_server.url + "/waves/v1/", max_retries=0)
    assert [model.id for model in client.models.list()] == ["electron"]
    assert client.models.retrieve("electron").owned_by == "openwaves"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nope")


def test_health_and_metrics_and_no_word_in_the_log(chat_server: RunningServer) -> None:
    ask(chat_server, stream=True)
    assert chat_server.get("/health/chat", key=None).json()["status"] == "ok"
    text = chat_server.get("/metrics", key=None).text
    counted = {line.split(" ")[0]: float(line.split(" ")[1]) for line in text.splitlines() if line[0] != "#"}
    assert counted['openwaves_chat_tokens_total{kind="completion"}'] > 0
    assert counted['openwaves_chat_answers_total{outcome="complete"}'] > 0
    name = "openwaves_chat_first_token_seconds_count"
    assert sum(value for figure, value in counted.items() if figure.startswith(name)) > 0
    log = "".join(chat_server.log)
    assert "secret question" not in log
    assert "how are you" not in log


def test_chat_can_be_turned_off(tmp_path: Any) -> None:
    with server(tmp_path, "--engine", "tone", "--llm-url", "off") as running:
        response = ask(running)
        assert (response.status_code, response.json()["error"]["type"]) == (503, "server_error")
        assert "turned off" in response.json()["error"]["message"]
