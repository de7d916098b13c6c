"""Schemas of many shapes, as programs send them."""

from typing import Any

from openwaves.llm.chat import Schema


def obj(required: str = "", /, **properties: Any) -> dict[str, Any]:
    """An object; ``required`` names its required properties, with spaces between them; empty is all of them."""
    return {"type": "object", "properties": properties, "required": required.split() or list(properties)}


TEXT, NUMBER = {"type": "string", "maxLength": 12}, {"type": "integer", "minimum": 0, "maximum": 99}

ODD_SCHEMAS: dict[str, Schema] = {
    "any object": {"type": "object"},
    "enums and constants": obj(kind={"enum": ["cat", "dog", 3, None]}, version={"const": 2}),
    "nested": obj(a=obj(b=obj(c=obj(d=NUMBER)))),
    "arrays": obj(
        tags={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 3},
        pairs={"type": "array", "prefixItems": [TEXT, NUMBER], "items": False, "minItems": 2},
    ),
    "optional": obj("n", n=NUMBER, note=TEXT, zip={"type": ["string", "null"], "maxLength": 5}),
    "nothing required": {"type": "object", "properties": {"a": NUMBER, "b": {"type": "boolean"}}},
    "references": {
        **obj(home={"$ref": "#/$defs/Place"}, work={"$ref": "#/$defs/Place"}),
        "$defs": {"Place": {**obj(street=TEXT, number=NUMBER), "title": "Place"}},
    },
    "a tree": {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {
                    "n": NUMBER,
                    "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                },
                "required": ["n"],
            }
        },
    },
    "one of several": {
        "oneOf": [obj(kind={"const": "card"}, number=NUMBER), obj(kind={"const": "cash"})],
        "discriminator": {"propertyName": "kind"},
    },
    "any of several": obj(when={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"type": "null"}]}),
    "all of several": {"allOf": [obj(a=NUMBER), obj(b={"type": "boolean"})]},
    "texts": obj(
        day={"type": "string", "format": "date"},
        code={"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
        letter={"type": "string", "minLength": 1, "maxLength": 1},
    ),
    "numbers": obj(
        even={"type": "integer", "multipleOf": 2, "minimum": 2, "maximum": 20},
        share={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ),
    "what no grammar holds to": {
        **obj("a", a=NUMBER, b=NUMBER),
        "not": {"required": ["c"]},
        "if": {"required": ["b"]},
        "then": {"required": ["a"]},
    },
    "names of any kind": obj(**{"zwei Wörter": NUMBER, 'a"b\\c': NUMBER, "नाम": {"type": "boolean"}}),
    "a map": {"type": "object", "additionalProperties": NUMBER, "required": ["x"]},
    "a list at the top": {"type": "array", "items": NUMBER, "minItems": 1, "maxItems": 4},
    "a bare value": {"enum": ["yes", "no"]},
}
