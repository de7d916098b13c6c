"""JSON schemas: does a value fit?"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from openwaves.llm.chat import Schema

TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": lambda value: _is_number(value),  # noqa: PLW0108 - defined below
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
"""The types of JSON."""


def fits(value: Any, schema: Any, root: Schema | None = None) -> bool:  # noqa: PLR0911 - a list of rules
    """Whether a value fits a schema: types, values, objects, arrays, references, alternatives, lengths and ranges."""
    if not isinstance(schema, Mapping):
        return schema is not False
    root = schema if root is None else root
    schema = resolved(schema, root)
    kinds = _kinds(schema)
    if kinds and not any(TYPES[kind](value) for kind in kinds if kind in TYPES):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    for name in ("anyOf", "oneOf"):
        if name in schema and not any(fits(value, part, root) for part in schema[name]):
            return False
    if not all(fits(value, part, root) for part in schema.get("allOf", ())):
        return False
    if isinstance(value, dict):
        return _object_fits(value, schema, root)
    if isinstance(value, list):
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        return least <= len(value) <= most and all(fits(item, schema.get("items", True), root) for item in value)
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    if _is_number(value):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def brought_to_fit(value: Any, schema: Any, root: Schema | None = None) -> Any:  # noqa: PLR0911 - a list of rules
    """The value; numbers and booleans that were written as text become what the schema asks for, unknown keys go.

    What cannot be mended stays as it is: ``fits`` tells.
    """
    if not isinstance(schema, Mapping):
        return value
    root = schema if root is None else root
    schema = resolved(schema, root)
    kinds = _kinds(schema)
    if isinstance(value, str) and kinds and "string" not in kinds:
        try:
            read = json.loads(value.strip())
        except ValueError:
            return value
        return brought_to_fit(read, schema, root)
    if isinstance(value, int | float) and kinds == ["string"]:
        return json.dumps(value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        return {
            name: brought_to_fit(item, known.get(name, True), root)
            for name, item in value.items()
            if name in known or not closed
        }
    if isinstance(value, list):
        return [brought_to_fit(item, schema.get("items", True), root) for item in value]
    return value


def takes_nothing(parameters: Schema) -> bool:
    """Whether a tool of these parameters has none."""
    return not any(
        parameters.get(name) for name in ("properties", "additionalProperties", "$ref", "anyOf", "oneOf", "allOf")
    )


def _object_fits(value: Mapping[str, Any], schema: Schema, root: Schema) -> bool:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    return all(name in value for name in schema.get("required", ())) and all(
        fits(item, known.get(name, others), root) for name, item in value.items()
    )


def resolved(schema: Schema, root: Schema) -> Schema:
    """Follow references within the schema; one that leads nowhere allows everything."""
    for _ in range(8):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: Any = root
        for part in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(part) if isinstance(found, Mapping) and part else found
        if not isinstance(found, Mapping):
            return {}
        schema = found
    return {}


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
