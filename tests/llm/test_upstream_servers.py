"""Real servers behind this one: llama.cpp's own, and another openwaves."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from openwaves.errors import UpstreamError
from openwaves.llm.chat import Answer, ChatRequest, Message, TextDelta, Tool, collect
from openwaves.llm.schemas import fits
from openwaves.llm.upstream import Upstream, UpstreamOptions
from openwaves.models.progress import LineProgress
from openwaves.models.store import SMALL_CHAT, SMALL_CHAT_MODEL, ModelStore
from openwaves.settings import load_settings
from tests.servers import KEY, server

pytestmark = pytest.mark.slow

LLAMA = """
import sys, time, xllamacpp
options = xllamacpp.CommonParams()
options.model.path, options.hostnames, options.port = sys.argv[1], ["127.0.0.1"], 0
options.n_parallel, options.n_ctx, options.n_gpu_layers, options.verbosity = 2, 4096, 0, -1
options.use_jinja, options.fit_params, options.warmup = True, False, False
options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(options)
print(server.listening_address, flush=True)
time.sleep(600)
"""
CITY = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]}
WEATHER = Tool("get_weather", CITY, {"type": "function", "function": {"name": "get_weather", "parameters": CITY}})


@pytest.fixture(scope="module")
def path() -> Path:
    store = ModelStore(load_settings().model_dir)
    store.pull(LineProgress(), bundles=(SMALL_CHAT,))
    return store.root / SMALL_CHAT_MODEL


@pytest.fixture(scope="module", params=["llama.cpp", "openwaves"])
def url(request: pytest.FixtureRequest, path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "openwaves":
        folder = tmp_path_factory.mktemp("behind")
        with server(folder, "--engine", "tone", "--llm-model-path", str(path)) as running:
            yield running.url + "/waves/v1"
        return
    with subprocess.Popen([sys.executable, "-c", LLAMA, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield next(line for line in process.stdout if "http" in line).strip() + "/v1"
        process.kill()


async def ask(url: str, text: str = "Say hello.", **more: object) -> Answer:
    options = UpstreamOptions(url, KEY, {"electron": "electron"}, first_token_s=120, stall_s=120)
    model = Upstream(options)
    try:
        request = ChatRequest("electron", (Message("user", text),), temperature=0, **{"max_tokens": 40, **more})  # type: ignore[arg-type]
        return await collect(model.complete(request))
    finally:
        await model.close()


async def test_text_and_usage(url: str) -> None:
    one, other = await ask(url), await ask(url)
    assert one.text == other.text != ""
    assert 0 < one.finish.usage.completion <= 40
    assert 0 < other.finish.usage.cached <= other.finish.usage.prompt


async def test_json_and_calls(url: str) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 9}}, "required": ["n"]}
    described = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    answer = await ask(url, "A number in JSON.", response_schema=schema, response_format=described)
    assert answer.finish.reason == "length" or fits(json.loads(answer.text), schema)
    answer = await ask(url, "Weather in Paris?", tools=(WEATHER,), tool_choice="required", max_tokens=80)
    assert answer.finish.reason == "tool_calls"
    assert all(fits(json.loads(call.arguments), CITY) for call in answer.calls)
    assert not (await ask(url, "Weather in Paris?", tools=(WEATHER,), tool_choice="none")).calls


async def test_an_answer_that_is_closed_ends_there_too(url: str) -> None:
    model = Upstream(UpstreamOptions(url, KEY, {"electron": "electron"}, first_token_s=120, stall_s=120))
    for index in range(3):  # more than it answers at once
        deltas = model.complete(
            ChatRequest("electron", (Message("user", f"Tell long story {index}."),), max_tokens=1500)
        )
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                break
        await deltas.aclose()
    began = time.monotonic()
    await collect(model.complete(ChatRequest("electron", (Message("user", "Hi"),), max_tokens=2)))
    assert time.monotonic() - began < 30
    await model.close()


async def test_a_prompt_beyond_its_context_is_refused_as_such(url: str) -> None:
    with pytest.raises(Exception, match=r"\d{4}") as caught:
        await ask(url, "word " * 9000)
    assert not isinstance(caught.value, UpstreamError)
