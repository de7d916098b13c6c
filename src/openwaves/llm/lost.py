"""Answers in JSON that lose themselves in a text that repeats itself ("0123456789012…"), and how they go on behind it.

A grammar cannot end such a text, and small models do not. So the answer is begun again under a schema that allows only
what is written already, that text ended where it is, and then what the schema allowed behind it.
"""

from collections.abc import Mapping
from typing import Any

from openwaves.llm.chat import Schema
from openwaves.llm.schemas import fits, resolved
from openwaves.llm.tools import closing

WINDOW = 160  # characters that are looked at
GRAM = 4  # characters in a row that are compared
FEW = 0.3  # share of different ones: loops have 0.03 to 0.25, prose and random digits 0.8 and more
_CHOICES = ("anyOf", "oneOf", "allOf", "prefixItems", "patternProperties")


def is_lost(written: str) -> bool:
    """Whether JSON that is not complete ends in a text that repeats itself for long."""
    tail = written[-WINDOW:]
    if len(tail) < WINDOW or '"' in tail:
        return False
    grams = {tail[place : place + GRAM] for place in range(WINDOW - GRAM + 1)}
    return len(grams) < FEW * WINDOW and closing(written).startswith('"')


def pinned(schema: Schema, value: Any) -> dict[str, Any] | None:
    """A schema of JSON that begins as a value does, up to the end of its last text, and goes on as the schema allows.

    Args:
        schema: A JSON schema.
        value: What is written, closed behind the text that it ends in.

    Returns:
        The schema; None where the value does not tell which way the schema was taken.
    """
    found = _pinned(schema, value, schema)
    if found is None:
        return None
    return found | {name: schema[name] for name in ("$defs", "definitions") if name in schema}


def _pinned(schema: Any, value: Any, root: Schema) -> dict[str, Any] | None:
    schema = resolved(schema, root) if isinstance(schema, Mapping) else {}
    if isinstance(value, str):
        return {"const": value} if fits(value, schema, root) else None
    if any(name in schema for name in _CHOICES):
        return None
    if isinstance(value, dict) and value:
        return _object(schema, value, root)
    if isinstance(value, list) and value:
        return _array(schema, value, root)
    return None


def _object(schema: Schema, value: Mapping[str, Any], root: Schema) -> dict[str, Any] | None:
    *done, last = value
    known: Mapping[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", not known)
    inner = _pinned(known.get(last, others), value[last], root)
    if inner is None:
        return None
    names = list(known)
    later = names[names.index(last) + 1 :] if last in known else []
    return {
        "type": "object",
        "properties": {name: _exactly(value[name]) for name in done}
        | {last: inner}
        | {name: known[name] for name in later},
        "required": [*value, *(name for name in schema.get("required", ()) if name in later)],
        "additionalProperties": others,
    }


def _array(schema: Schema, value: list[Any], root: Schema) -> dict[str, Any] | None:
    items = schema.get("items", True)
    inner = _pinned(items, value[-1], root)
    if inner is None:
        return None
    least = max(len(value), schema.get("minItems", 0))
    found = {"type": "array", "prefixItems": [*map(_exactly, value[:-1]), inner], "items": items, "minItems": least}
    return found | ({"maxItems": schema["maxItems"]} if "maxItems" in schema else {})


def _exactly(value: Any) -> dict[str, Any]:
    """A schema of one value. Objects and arrays are spelled out: a constant would be written without white space."""
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {name: _exactly(item) for name, item in value.items()},
            "required": list(value),
            "additionalProperties": False,
        }
    if isinstance(value, list):
        exact = [_exactly(item) for item in value]
        return {"type": "array", "prefixItems": exact, "items": False, "minItems": len(value), "maxItems": len(value)}
    return {"const": value}
