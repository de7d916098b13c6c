"""Command-line options made from the settings: one source for names, types, defaults and help."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from openwaves.cli.logs import configure
from openwaves.settings import (
    CONFIG_VARIABLE,
    ENV_PREFIX,
    HOMELESS,
    Settings,
    load_settings,
    nearest,
    unknown_variables,
)

Command = Callable[..., Any]


def settings_options(*names: str) -> Callable[[Command], Command]:
    """Give a command an option for each named setting (default: all) and ``--config``."""

    def decorate(command: Command) -> Command:
        for name, field in reversed(Settings.model_fields.items()):
            if not names or name in names:
                command = _option(name, field)(command)
        return click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=f"TOML file of these options, one `name = value` a line. [env: {CONFIG_VARIABLE}]",
        )(command)

    return decorate


def read_settings(config: Path | None, options: dict[str, Any]) -> Settings:
    """The settings; a wrong value ends the command with a message that names it."""
    try:
        settings = load_settings(config, **options)
    except ValidationError as error:
        raise click.UsageError("; ".join(map(_problem, error.errors(include_url=False)))) from error
    except (FileNotFoundError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    configure(settings)
    if unknown := unknown_variables(os.environ):
        click.echo(
            f"openwaves: ignored in the environment, since no option has this name: {', '.join(unknown)}", err=True
        )
    for name in ("data_dir", "model_dir"):
        if name in options and getattr(settings, name).is_relative_to(HOMELESS):
            raise click.UsageError(
                f"{name}: this user has no home folder; name a folder with --{name.replace('_', '-')} "
                f"or {ENV_PREFIX}{name.upper()}"
            )
    return settings


def _problem(error: ErrorDetails) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{name}: no option has this name{nearest(name, Settings.model_fields)}"
    return f"{name}: {error['msg']}"


def default_of(field: FieldInfo) -> str:
    """A setting's default as a user writes it, on the command line or in a TOML file."""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def _option(name: str, field: FieldInfo) -> Callable[[Command], Command]:
    annotation = next((kind for kind in get_args(field.annotation) if kind is not type(None)), field.annotation)
    if get_origin(field.annotation) is Literal:
        kind: Any = click.Choice(get_args(field.annotation))
    else:
        kind = {int: int, float: float, Path: click.Path(path_type=Path)}.get(annotation, str)  # type: ignore[arg-type]
    default = f"default: {default_of(field)}; " if field.default is not None else ""
    variable = ENV_PREFIX + name.upper()
    more: dict[str, Any] = {"metavar": "KEY"} if annotation is SecretStr else {}
    if annotation is bool:  # the name alone is a yes
        more = {"metavar": "[true|false]", "is_flag": False, "flag_value": "true"}
    return click.option(
        "--" + name.replace("_", "-"),
        name,
        type=kind,
        **more,
        help=f"{field.description} [{default}env: {variable}]",
    )
