"""JSON that loses itself in a text: found out, and gone on with under a schema of what is written."""

import json
import random
from typing import Any

import jsonschema
import pytest

from openwaves.llm.bounds import bounded
from openwaves.llm.lost import is_lost, pinned
from openwaves.llm.tools import read_json

ITEM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["name", "count"],
}
ORDER = {
    "type": "object",
    "properties": {
        "vip": {"type": "boolean"},
        "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}, "maxItems": 3},
        "zip": {"type": ["string", "null"]},
        "note": {"type": "string"},
    },
    "required": ["items", "zip"],
    "$defs": {"Item": ITEM},
}
LOOPS = ["0123456789" * 20, "meow-" * 20 + "meOW meow" + "-meow" * 20, "0" * 34 + "49" + "0" * 150, "ha ha, " * 40]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_is_found_within_a_text_only(loop: str) -> None:
    assert is_lost('{"zip": "' + loop)
    assert not is_lost('{"zip": "' + loop + '", "note": "')
    assert not is_lost('{"count": ' + "1" * 200)


def test_what_people_write_is_no_loop() -> None:
    digits = "".join(random.Random(1).choices("0123456789", k=400))
    prose = (
        "The order was taken at noon, and the driver came at two. She brought three boxes of apples, a crate of pears "
        "and, as a gift, the jam that her mother makes every autumn; nobody had asked for it, but all were glad."
    )
    chinese = "".join(chr(code) for code in random.Random(2).choices(range(0x4E00, 0x9000), k=300))
    for text in (digits, prose, chinese):
        assert not any(is_lost('{"note": "' + text[:length]) for length in range(len(text)))


@pytest.mark.parametrize(
    ("written", "fitting", "other"),
    [
        ('{"items": [{"name": "a', '{"items": [{"name": "a", "count": 1}], "zip": null}', '{"items": [], "zip": null}'),
        (
            '{"vip": true, "items": [{"name": "a", "count": 2}, {"name": "b',
            '{"vip": true, "items": [{"name": "a", "count": 2}, {"name": "b", "count": 1}], "zip": "1"}',
            '{"vip": true, "items": [{"name": "a", "count": 3}, {"name": "b", "count": 1}], "zip": "1"}',
        ),
        (
            '{"items": [{"name": "a", "count": 2}], "zip": "00',
            '{"items": [{"name": "a", "count": 2}], "zip": "00", "note": "x"}',
            '{"items": [{"name": "a", "count": 2}], "zip": "000"}',
        ),
    ],
)
def test_a_pinned_schema_allows_what_begins_so(written: str, fitting: str, other: str) -> None:
    schema = pinned(ORDER, read_json(written))
    assert schema is not None
    bounded(schema, "response_format")
    assert jsonschema.Draft202012Validator(schema).is_valid(json.loads(fitting))
    assert jsonschema.Draft202012Validator(ORDER).is_valid(json.loads(fitting))
    assert not jsonschema.Draft202012Validator(schema).is_valid(json.loads(other))


def test_objects_without_a_list_of_keys_go_on_freely() -> None:
    schema = pinned({"type": "object"}, {"a": 1, "b": {"c": "x"}})
    assert schema is not None
    valid = jsonschema.Draft202012Validator(schema).is_valid
    assert valid({"a": 1, "b": {"c": "x", "d": []}, "e": None})
    assert not valid({"a": 1, "b": {"c": "y"}})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"anyOf": [{"type": "object"}, {"type": "array"}]}, {"a": "x"}),
        ({"type": "object", "properties": {"a": {"enum": ["yes"]}}}, {"a": "x"}),
        ({"type": "object"}, None),
        ({"type": "object"}, {}),
    ],
)
def test_nothing_is_pinned_where_the_way_is_not_known(schema: dict[str, Any], value: object) -> None:
    assert pinned(schema, value) is None
