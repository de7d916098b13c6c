"""``openwaves chat``, as a person runs it, with a server behind it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import forking
from tests.llm.upstream import ANSWER, Behaviour, upstream

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}


@pytest.fixture
def behaviour() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with upstream(behaviour):
        yield behaviour


def chat(url: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return forking.run_text("chat", "--llm-url", url, *arguments, text=text)


def test_one_answer(behaviour: Behaviour) -> None:
    said = chat(behaviour.url, "Hi")
    assert (said.returncode, said.stdout.strip()) == (0, ANSWER)
    assert "[first token" in said.stderr
    assert [message["role"] for message in behaviour.asked[0]["messages"]] == ["system", "user"]


def test_a_talk_keeps_its_history(behaviour: Behaviour) -> None:
    assert chat(behaviour.url, text="Hi\nAnd you?\n\n").returncode == 0
    assert [message["content"] for message in behaviour.asked[1]["messages"][1:]] == ["Hi", ANSWER, "And you?"]


def test_calls_are_shown_and_their_results_typed(behaviour: Behaviour, tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps({"tools": [WEATHER]}))
    behaviour.chunks = [{"content": '{"name": "get_weather", "arguments": {"city": "Paris"}}'}]
    said = chat(behaviour.url, "Weather?", "--tools", str(file))
    assert '-> get_weather {"city": "Paris"}' in said.stdout
    said = chat(behaviour.url, "--tools", str(file), text="Weather?\nsunny\n\n\n")
    assert behaviour.asked[2]["messages"][-1]["content"] == "sunny"


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ("oops", "is not JSON"),
        ({"a": 1}, "tools: must be an array"),
        (
            [{"type": "function", "function": {"name": "get weather"}}],
            "tools[0].function.name: must be 1 to 128 letters",
        ),
        ([{**WEATHER, "function": {"name": "a", "parameters": {"properties": 1}}}], "schema.properties must be"),
    ],
)
def test_a_wrong_file_of_tools_is_told_by_place(tmp_path: Path, tools: Any, said: str) -> None:
    file = tmp_path / "tools.json"
    file.write_text(tools if isinstance(tools, str) else json.dumps(tools))
    ran = chat("http://127.0.0.1:1", "Hi", "--tools", str(file))
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_what_cannot_answer_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_text("x")
    for arguments, said in (
        (("http://127.0.0.1:1",), "cannot be reached"),
        (("nowhere",), "neither a URL nor 'local'"),
        (("local", "--llm-model-path", str(tmp_path / "none.gguf")), "there is no model file"),
        (("local", "--llm-model-path", str(file)), "is no GGUF file"),
    ):
        ran = chat(*arguments, "Hi")
        assert ran.returncode == 1
        assert said in ran.stderr.splitlines()[-1]
