"""Tool calls in what models write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openwaves.llm.chat import Tool
from openwaves.llm.schemas import brought_to_fit, fits
from openwaves.llm.spoken import SpokenText
from openwaves.llm.tools import CallReader, asks_for_filler, closing, fitting_arguments, read_calls, read_json

BOOK = Tool(
    "book_visit",
    {
        "type": "object",
        "properties": {
            "day": {"type": "string"},
            "hour": {"type": "integer"},
            "treatment": {"type": "string", "enum": ["cleaning", "filling"]},
        },
        "required": ["day"],
        "additionalProperties": False,
    },
    {},
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.data())
def test_json_that_was_cut_anywhere_can_be_closed(value: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=False)
    cut = text[: data.draw(st.integers(1, len(text)))]
    tail = closing(cut)
    if cut == text:
        assert tail == ""
    whole = cut + tail
    if (not cut.rstrip('"').endswith("\\") and cut.rstrip()[-1] in '{}[]":,') or cut.endswith('"'):
        try:
            json.loads(whole)
        except ValueError:
            assert "\\" in cut[-7:], whole


@given(st.text(alphabet="<|>/_abimthinkseo[]INST \n", max_size=60), st.lists(st.integers(1, 7), min_size=1))
def test_what_is_heard_does_not_depend_on_how_it_comes(text: str, sizes: list[int]) -> None:
    def heard(sizes: list[int]) -> str:
        reader, said, place = SpokenText(), "", 0
        index = 0
        while place < len(text):
            size = sizes[index % len(sizes)]
            said += reader.feed(text[place : place + size])
            place, index = place + size, index + 1
        return said + reader.end()

    assert heard(sizes) == heard([1])
    assert "<|im_start|>" not in heard(sizes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"name": "book_visit", "arguments": {"day": "Friday", "hour": 3}}', [{"day": "Friday", "hour": 3}]),
        ('{{"name": "book_visit", "arguments": {{"day": "Friday"}}}}', [{"day": "Friday"}]),
        ('<tool_call>{"name": "book_visit", "arguments": {"day": "F", "hour": "3"}}', [{"day": "F", "hour": 3}]),
        ('{"name": "book_visit", "arguments": {"day": "Friday", "note": "x"}}', [{"day": "Friday"}]),
        ('{"name": "book_visit", "arguments": "{\\"day\\": \\"Friday\\"}"}', [{"day": "Friday"}]),
        ('{"function": {"name": "book_visit", "arguments": {"day": "M"}}}', [{"day": "M"}]),
        ('[{"name": "book_visit", "parameters": {"day": "M"}}, {"tool": "book_visit", "args": {}}]', [{"day": "M"}]),
        ('{"name": "book_visit", "arguments": {"day": "M"', [{"day": "M"}]),
        ('{"name": "filling", "arguments": {}}', []),
        ('{"name": "book_visit", "arguments": {"hour": 3}}', []),
        ('{"name": "book_visit", "arguments": {"day": "M", "treatment": "braces"}}', []),
        ("I would book a visit.", []),
    ],
)  # fmt: skip
def test_calls_are_read_tolerantly_but_must_fit(text: str, expected: list[dict[str, object]]) -> None:
    assert [json.loads(call.arguments) for call in read_calls(text, [BOOK])] == expected


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_a_call_is_found_however_it_is_cut(sizes: list[int]) -> None:
    text = 'Sure. <tool_call>\n{"name": "book_visit", "arguments": {"day": "Friday"}}'
    reader, said, place = CallReader(), "", 0
    for size in [*sizes, 99]:
        for piece in reader.feed(text[place : place + size]):
            if piece.kind == "name":
                assert piece.text == "book_visit"
                assert said == "Sure. "
                assert text.startswith(said + piece.written)
                return
            said += piece.text
        place += size
    raise AssertionError("no call was found")


@pytest.mark.parametrize("text", ["", "Hello", "{ not a call }", '{"a": 1}', "```py\nx\n```", "a < b", "<b>", "[1, 2]"])
def test_other_text_passes_whole(text: str) -> None:
    reader = CallReader()
    pieces = [piece for char in text for piece in reader.feed(char)] + reader.end()
    assert "".join(piece.text for piece in pieces) == text


def test_schemas() -> None:
    assert fits({"day": "x"}, BOOK.parameters)
    assert not fits({"day": 3}, BOOK.parameters)
    assert not fits({"day": "x", "more": 1}, BOOK.parameters)
    assert brought_to_fit({"day": 5, "hour": "7"}, BOOK.parameters) == {"day": "5", "hour": 7}
    shared = {"$defs": {"A": {"type": "object", "properties": {"n": {"type": "integer"}}}}, "$ref": "#/$defs/A"}
    assert fits({"n": 1}, shared)
    assert not fits({"n": "x"}, shared)
    assert fitting_arguments("", Tool("now", {"type": "object"}, {})) == "{}"
    assert fitting_arguments('{"zone": "CET"}', Tool("now", {"type": "object"}, {})) == "{}"
    assert read_json("nothing") is None


@pytest.mark.parametrize(
    ("system", "asked"),
    [
        ("Before every tool call say a short filler sentence.", True),
        ("Say something short before you call a function.", True),
        ("You are a voice assistant. Use the tools.", False),
        ("Offer that a doctor calls back.", False),
    ],
)
def test_a_filler_is_said_when_it_is_asked_for(system: str, *, asked: bool) -> None:
    assert asks_for_filler([system]) is asked
