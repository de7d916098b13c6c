"""Fields of a request by OpenAI's names: read, checked, and those that are not known refused."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from openwaves.api.schemas import field_error
from openwaves.errors import FieldError

Fields = TypeVar("Fields", bound=BaseModel)


class UnsupportedError(FieldError):
    """A field that OpenAI knows and this server cannot serve."""

    code = "unsupported_parameter"


def parse_fields(values: Mapping[str, Any], schema: type[Fields], unsupported: Mapping[str, str]) -> Fields:
    """Read fields; ``null`` and the empty string mean "not given".

    Args:
        values: By name.
        schema: What is known.
        unsupported: Names that OpenAI knows and this server does not serve, each with the reason.

    Raises:
        UnsupportedError: One of ``unsupported`` is given.
        FieldError: A field is missing, wrong or not known.
    """
    given = {name: value for name, value in values.items() if value is not None and value not in ("", [])}
    known = {field.alias or name for name, field in schema.model_fields.items()}
    for name in given:
        if name in unsupported:
            raise UnsupportedError(name, unsupported[name])
        if name not in known:
            raise FieldError(name, f"is not known here; known are {', '.join(sorted(known))}")
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise field_error(error) from error
