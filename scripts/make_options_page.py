"""Writes docs/options.md from the settings, so that every option is documented with its default and its range."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from openwaves.cli.options import default_of
from openwaves.settings import CONFIG_VARIABLE, ENV_PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "options.md"
HEAD = f"""# Every option

An option is set, strongest first, on the command line (`--max-pending 64`), in the environment
(`{ENV_PREFIX}MAX_PENDING=64`), or in a TOML file (`max_pending = 64`) that `--config` or `{CONFIG_VARIABLE}` names.
`openwaves serve --help` shows the same. `scripts/make_options_page.py` writes this page from the settings.

| option | values | default | |
|---|---|---|---|
"""


_NAMES: dict[Any, str] = {int: "whole number", float: "number", bool: "`true`, `false`", Path: "folder"}


def page() -> str:
    """The page."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None or isinstance(field.default, Path) else f"`{default_of(field)}`"
    text = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `--{name.replace('_', '-')}` | {_values(field)} | {default} | {text} |\n"


def _values(field: FieldInfo) -> str:
    kind = next((part for part in get_args(field.annotation) if part is not type(None)), field.annotation)
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(field.annotation))
    return _NAMES.get(kind, "text") + _range(field)


def _range(field: FieldInfo) -> str:
    bounds = {
        name: getattr(rule, name) for rule in field.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)
    }
    least, above, most = bounds.get("ge"), bounds.get("gt"), bounds.get("le")
    if least is not None and most is not None:
        return f", {least} to {most}"
    if least is not None:
        return f", at least {least}"
    return f", more than {above}" if above is not None else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
