"""What the queries of file and live recognition have in common."""

from collections.abc import Mapping

from openwaves.errors import FieldError

_FLAGS = {"true": True, "1": True, "false": False, "0": False}

Query = Mapping[str, str]


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """A value of true or false, in any case.

    Raises:
        FieldError: It is neither.
    """
    value = query.get(name)
    if not value:
        return default
    found = _FLAGS.get(value.strip().lower())
    if found is None:
        raise FieldError(name, f"{value!r} is not one of true, false")
    return found
