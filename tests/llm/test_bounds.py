"""What of a schema a model is held to."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.errors import FieldError
from openwaves.llm.bounds import bounded
from tests.llm.odd_schemas import ODD_SCHEMAS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYWORDS = st.sampled_from(
    [
        *("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs", "items", "prefixItems", "properties"),
        *("required", "additionalProperties", "minItems", "maxItems", "minLength", "maxLength", "pattern", "format"),
        *("minimum", "maximum", "exclusiveMinimum", "multipleOf", "nullable"),
    ]
)
BROKEN = st.dictionaries(KEYWORDS, JSON | st.dictionaries(KEYWORDS, JSON, max_size=3), max_size=5)


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "banana"}, "schema.type 'banana' is not one of object, array"),
        ({"properties": {"a": {"type": 5}}}, r"schema.properties.a.type 5 is not one of"),
        ({"properties": [1]}, "schema.properties must be an object"),
        ({"properties": {"a": 7}}, "schema.properties.a is no schema but 7"),
        ({"properties": {"a": False}, "required": ["a"]}, "schema.properties.a allows nothing"),
        ({"required": "a"}, "schema.required must be an array of names, not 'a'"),
        ({"enum": []}, "allows nothing"),
        ({"enum": 5}, "schema.enum must be an array"),
        ({"enum": ["a"], "type": "integer"}, "allows nothing"),
        ({"anyOf": []}, "schema.anyOf must be an array of schemas, and not empty"),
        ({"$ref": "http://127.0.0.1/x.json"}, "leads out of the schema"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$ref": "#"}, "leads nowhere"),
        ({"type": "array", "minItems": 10**9}, "schema.minItems 1000000000 is more than maxItems, or than 1000"),
        ({"type": "string", "minLength": 5, "maxLength": 4}, "schema.minLength 5 is more than maxLength"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "its least number, 5, is above its largest, 4"),
        ({"properties": {f"p{n}": {} for n in range(2000)}}, "at most 300 may be optional"),
        ({"anyOf": [{"const": n} for n in range(9000)]}, "too large"),
        (nested(60), "48 levels deep"),
    ],
)
def test_what_is_refused(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(FieldError, match=said) as caught:
        bounded(schema, "response_format.json_schema")
    assert caught.value.field == "response_format.json_schema"


@settings(max_examples=300)
@given(BROKEN)
def test_no_schema_breaks_it(schema: dict[str, Any]) -> None:
    try:
        found = bounded(schema, "x")
    except FieldError:
        return
    json.dumps(found)
    assert bounded({key: part for key, part in found.items() if key != "x-guidance"}, "x") == found


def test_objects_get_no_other_keys_unless_their_parts_are_put_together() -> None:
    found = bounded(ODD_SCHEMAS["references"], "x")
    assert found["additionalProperties"] is found["$defs"]["Place"]["additionalProperties"] is False
    assert "title" not in found["$defs"]["Place"]
    assert "additionalProperties" not in bounded({"type": "object"}, "x")
    assert all("additionalProperties" not in part for part in bounded(ODD_SCHEMAS["all of several"], "x")["allOf"])


def test_what_no_grammar_can_hold_is_left_out_and_bounds_are_cut() -> None:
    def one(**more: Any) -> dict[str, Any]:
        return {key: part for key, part in bounded(more, "x").items() if key != "x-guidance"}

    assert one(type="string", pattern="^(?!a)b$", format="uri") == {"type": "string"}
    assert one(type="string", pattern="((a{1000}){1000}){1000}") == {"type": "string"}
    assert one(type="string", pattern="[") == {"type": "string"}
    assert one(type="string", maxLength=10**9) == {"type": "string", "maxLength": 10_000}
    assert one(type="array", maxItems=10**9, contains={}) == {"type": "array", "maxItems": 1000}
    assert one(type="integer", minimum=-(10**30), maximum=5) == {"type": "integer", "maximum": 5}
    assert one(type="integer") == {"type": "integer", "minimum": 1 - 10**15, "maximum": 10**15 - 1}
    assert one(type="integer", minimum=10**18) == {"type": "integer"}
    assert one(type="string", nullable=True) == {"type": ["string", "null"]}
