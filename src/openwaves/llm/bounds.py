"""What of a JSON schema a model's grammar is made of.

The library compiles a schema into a grammar, and writes freely, without a word, where it cannot. So it gets only what
it is known to compile, within bounds that it is known to bear: numbers, lengths and formats are kept, what no grammar
can hold a model to (``not``, ``if``, ``uniqueItems``, patterns with look-around) is left out, and a schema that is
broken, or that nothing fits, is refused. Whatever the grammar allows fits the schema, but for what was left out.

Source: the documentation of llguidance, which compiles the grammars, on the schemas that it supports; tried with it.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from openwaves.errors import FieldError
from openwaves.llm.chat import Schema
from openwaves.llm.schemas import TYPES, fits, resolved

MOST_NODES = 4000
MOST_DEPTH = 48
MOST_OPTIONAL = 300  # optional properties of one object; the compiler gives up at about 500
MOST_ITEMS = 1000
MOST_LENGTH = 10_000
MOST_PATTERN_CHARS = 200
MOST_REPEATS = 1000
MOST_NUMBER = 1e15
MOST_INTEGER = 10**15 - 1  # where a schema sets no bound: small models write digits without end

_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_COMPACT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""JSON on one line: small models lose themselves in white space."""

_REPEAT = re.compile(r"\{(\d*)(?:,(\d*))?\}")
_UNSUPPORTED_PATTERN = re.compile(r"\(\?(?!:)|\\[1-9bBAZzkpPuxXGC]|\{,|\[\[|&&|--|~~")


def bounded(schema: Schema, field: str) -> dict[str, Any]:
    """The schema as the library can hold a model to it; objects have no keys but those that are listed.

    Args:
        schema: A JSON schema.
        field: Where it stands in the request, for errors.

    Raises:
        FieldError: It is broken, too large, or nothing fits it.
    """
    return {**_Bounds(schema, field).node(schema, "", 0), "x-guidance": _COMPACT}


class _Bounds:
    """Goes once through a schema."""

    def __init__(self, root: Schema, field: str) -> None:
        self._root = root
        self._field = field
        self._nodes = 0

    def node(self, schema: Any, place: str, depth: int, *, closes: bool = True) -> dict[str, Any]:
        """One schema within the schema.

        Args:
            schema: The schema.
            place: Where it is.
            depth: How deep that is.
            closes: Whether other keys than those that are listed are left out of its objects.
        """
        if schema is True:
            return {}
        if not isinstance(schema, Mapping):
            raise self._error(place, "allows nothing" if schema is False else f"is no schema but {_told(schema)}")
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > MOST_DEPTH:
            raise self._error("", f"is too large: at most {MOST_NODES} parts, {MOST_DEPTH} levels deep")
        found = self._definitions(schema, place, depth)
        kinds = self._kinds(schema, place)
        if kinds:
            found["type"] = kinds[0] if len(kinds) == 1 else kinds
        if "enum" in schema or "const" in schema:
            return found | self._values(schema, kinds, place)
        if "$ref" in schema:
            self._check_reference(schema, place)
            return found | {"$ref": schema["$ref"]}
        parts = self._alternatives(schema, place, depth)
        closes = closes and not parts
        found |= parts
        if not kinds or "object" in kinds:
            found |= self._object(schema, place, depth, closes=closes)
        if not kinds or "array" in kinds:
            found |= self._array(schema, place, depth)
        if not kinds or "string" in kinds:
            found |= self._string(schema, place)
        if not kinds or {"number", "integer"} & set(kinds):
            found |= self._number(schema, place)
        return found

    def _definitions(self, schema: Schema, place: str, depth: int) -> dict[str, Any]:
        return {
            name: {key: self.node(part, f"{place}.{name}.{key}", depth + 1) for key, part in schema[name].items()}
            for name in ("$defs", "definitions")
            if isinstance(schema.get(name), Mapping)
        }

    def _kinds(self, schema: Schema, place: str) -> list[str]:
        told = schema.get("type", [])
        kinds = [told] if isinstance(told, str) else told
        if not isinstance(kinds, list) or any(not isinstance(kind, str) or kind not in TYPES for kind in kinds):
            raise self._error(f"{place}.type", f"{_told(told)} is not one of {', '.join(TYPES)}")
        if kinds and schema.get("nullable") is True and "null" not in kinds:
            return [*kinds, "null"]
        return list(dict.fromkeys(kinds))

    def _values(self, schema: Schema, kinds: list[str], place: str) -> dict[str, Any]:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(values, list):
            raise self._error(f"{place}.enum", f"must be an array, not {_told(values)}")
        fitting = [value for value in values if fits(value, {"type": kinds})]
        if not fitting:
            raise self._error(place, "allows nothing: no value of its enum or const has its type")
        return {"enum": fitting}

    def _check_reference(self, schema: Schema, place: str) -> None:
        reference = schema["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise self._error(f"{place}.$ref", f"{_told(reference)} leads out of the schema; only '#…' is followed")
        if not resolved(schema, self._root):
            raise self._error(f"{place}.$ref", f"{_told(reference)} leads nowhere")

    def _alternatives(self, schema: Schema, place: str, depth: int) -> dict[str, Any]:
        """The parts of ``anyOf``, ``oneOf`` and ``allOf``."""
        found: dict[str, Any] = {}
        together: list[Any] = []
        for name in ("anyOf", "oneOf", "allOf"):
            if name not in schema:
                continue
            parts = schema[name]
            if not isinstance(parts, list) or not parts:
                raise self._error(f"{place}.{name}", "must be an array of schemas, and not empty")
            alone = name != "allOf" and "properties" not in schema and "allOf" not in schema
            kept = [
                self.node(part, f"{place}.{name}[{index}]", depth + 1, closes=alone)
                for index, part in enumerate(parts)
                if part is not False
            ]
            if not kept or (name == "allOf" and len(kept) < len(parts)):
                raise self._error(f"{place}.{name}", "allows nothing")
            if name == "allOf":
                together += kept
            elif "anyOf" in found:
                together.append({"anyOf": kept})
            else:
                found["anyOf"] = kept
        return found | ({"allOf": together} if together else {})

    def _object(self, schema: Schema, place: str, depth: int, *, closes: bool) -> dict[str, Any]:
        known, required = schema.get("properties", {}), schema.get("required", [])
        if not isinstance(known, Mapping):
            raise self._error(f"{place}.properties", f"must be an object, not {_told(known)}")
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            raise self._error(f"{place}.required", f"must be an array of names, not {_told(required)}")
        others = schema.get("additionalProperties", not (closes and known))
        found: dict[str, Any] = {}
        patterns = schema.get("patternProperties")
        if isinstance(patterns, Mapping) and patterns and all(map(_is_plain, patterns)):
            found["patternProperties"] = {
                name: self.node(part, f"{place}.patternProperties.{name}", depth + 1) for name, part in patterns.items()
            }
        named = {
            name: self.node(part, f"{place}.properties.{name}", depth + 1)
            for name, part in known.items()
            if part is not False or name in required
        }
        if others is False and not found:
            named |= {name: {} for name in required if name not in named}
        if len(named) - len(set(required)) > MOST_OPTIONAL:
            raise self._error(f"{place}.properties", f"at most {MOST_OPTIONAL} may be optional")
        if named:
            found["properties"] = named
        if required:
            found["required"] = list(dict.fromkeys(required))
        if "additionalProperties" in schema or others is False:
            found["additionalProperties"] = (
                others if isinstance(others, bool) else self.node(others, f"{place}.additionalProperties", depth + 1)
            )
        return found

    def _array(self, schema: Schema, place: str, depth: int) -> dict[str, Any]:
        least, most = self._range(schema, "minItems", "maxItems", MOST_ITEMS, place)
        items, before = schema.get("items", True), schema.get("prefixItems", [])
        if isinstance(items, list):
            items, before = schema.get("additionalItems", True), items
        found: dict[str, Any] = {}
        if isinstance(before, list) and before:
            found["prefixItems"] = [
                self.node(part, f"{place}.prefixItems[{index}]", depth + 1) for index, part in enumerate(before)
            ]
        if items is False:
            most = min(len(before), MOST_ITEMS if most is None else most)
        elif items is not True:
            found["items"] = self.node(items, f"{place}.items", depth + 1)
        return found | _given(minItems=least or None, maxItems=most)

    def _string(self, schema: Schema, place: str) -> dict[str, Any]:
        least, most = self._range(schema, "minLength", "maxLength", MOST_LENGTH, place)
        pattern, form = schema.get("pattern"), schema.get("format")
        if isinstance(pattern, str) and _is_plain(pattern):
            return {"pattern": pattern} | _given(minLength=least or None, maxLength=most)
        if isinstance(form, str) and form in _FORMATS:
            return {"format": form}
        return _given(minLength=least or None, maxLength=most)

    def _range(self, schema: Schema, low: str, high: str, bound: int, place: str) -> tuple[int, int | None]:
        """Least and most; what is beyond a bound is cut to it."""
        least, most = (_whole(schema.get(name)) for name in (low, high))
        if least is not None and (least > bound or (most is not None and most < least)):
            raise self._error(f"{place}.{low}", f"{least} is more than {high}, or than {bound}")
        return least or 0, None if most is None else min(most, bound)

    def _number(self, schema: Schema, place: str) -> dict[str, Any]:
        found = {
            name: schema[name] for name in _LIMITS if _is_number(schema.get(name)) and abs(schema[name]) < MOST_NUMBER
        }
        low = max((found[name] for name in found if "inimum" in name), default=-math.inf)
        high = min((found[name] for name in found if "aximum" in name), default=math.inf)
        if low > high or (low == high and any("exclusive" in name for name in found)):
            raise self._error(place, f"allows nothing: its least number, {low}, is above its largest, {high}")
        step = schema.get("multipleOf")
        if isinstance(step, int) and not isinstance(step, bool) and 0 < step <= 1000:
            found["multipleOf"] = step
        kinds = self._kinds(schema, place)
        if "integer" in kinds and "number" not in kinds and not any(name in schema for name in _LIMITS):
            found |= {"minimum": -MOST_INTEGER, "maximum": MOST_INTEGER}
        return found

    def _error(self, place: str, problem: str) -> FieldError:
        return FieldError(self._field, f"schema{place} {problem}")


def _is_plain(pattern: str) -> bool:
    """Whether a pattern means the same everywhere, and is small enough to be compiled."""
    if len(pattern) > MOST_PATTERN_CHARS or _UNSUPPORTED_PATTERN.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    repeats = [int(last or first or 0) for first, last in _REPEAT.findall(pattern)]
    return math.prod(max(1, number) for number in repeats) <= MOST_REPEATS


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _whole(value: Any) -> int | None:
    return int(value) if _is_number(value) and value >= 0 and float(value).is_integer() else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _told(value: Any) -> str:
    return repr(value)[:60]
