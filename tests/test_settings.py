"""Options from the command line, the environment and a file."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from openwaves.cli import cli
from openwaves.cli.options import settings_options
from openwaves.settings import Settings, load_settings, unknown_variables


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "openwaves.toml"
    path.write_text('port = 9001\nmax_pending = 7\nlog_level = "warning"\n')
    monkeypatch.setenv("OPENWAVES_CONFIG", str(path))
    return path


def test_command_line_beats_environment_beats_file_beats_default(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENWAVES_MAX_PENDING", "8")
    settings = load_settings(config, port=9002, host=None)
    assert (settings.port, settings.max_pending, settings.log_level) == (9002, 8, "warning")
    assert settings.host == "127.0.0.1"


def test_every_option_is_on_the_command_line_with_its_variable() -> None:
    text = " ".join(CliRunner().invoke(cli, ["serve", "--help"]).output.split())
    for name, field in Settings.model_fields.items():
        assert "--" + name.replace("_", "-") in text
        assert "OPENWAVES_" + name.upper() in text
        assert field.description
        assert field.description.split()[0] in text


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        ([], None),
        (["--otel"], True),
        (["--otel", "true"], True),
        (["--otel=false"], False),
        (["--otel", "--port", "9"], True),
    ],
)
def test_the_name_of_a_yes_or_no_option_is_a_yes(arguments: list[str], taken: bool | None) -> None:
    found = {}

    @click.command()
    @settings_options("otel", "port")
    def command(**options: object) -> None:
        found.update(options)

    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert load_settings(None, otel=found["otel"]).otel is bool(taken)
    assert (found["otel"] is None) == (taken is None), (
        "what is not said must leave the environment and the file their say"
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "99999"], "port"),
        (["--workers", "0"], "workers"),
        (["--engine", "magic"], "engine"),
        (["--otel", "perhaps"], "otel"),
        (["--config", "/does/not/exist.toml"], "exist.toml"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], named: str) -> None:
    result = CliRunner().invoke(cli, ["serve", *arguments])
    assert result.exit_code == 2
    assert named in result.output


def test_an_unknown_name_in_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "openwaves.toml"
    path.write_text("prot = 9001\n")
    monkeypatch.setenv("OPENWAVES_CONFIG", str(path))
    result = CliRunner().invoke(cli, ["serve", "--config", str(path)])
    assert result.exit_code == 2
    assert "prot: no option has this name (perhaps port?)" in result.output


@pytest.mark.parametrize("content", [b"port = ", b"port = 9001\n= 3", b"\xff\xfe", b"[[", b"voices = no"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    monkeypatch.setenv("OPENWAVES_CONFIG", str(path))
    for command in (["serve"], ["models", "list"], ["accounts", "list"], ["speak", "Hi"]):
        result = CliRunner().invoke(cli, [*command, "--config", str(path)])
        assert result.exit_code == 2
        assert f"configuration file {path} is not TOML" in result.output


def test_variables_that_are_no_options_are_named() -> None:
    kubernetes = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_80_TCP", "PORT_80_TCP_ADDR")
    right = ("PORT", "max_pending", "CONFIG", "URL", "API_KEY")
    fine = dict.fromkeys((*(f"OPENWAVES_{name}" for name in (*kubernetes, *right)), "OTHER_PROT"), "1")
    assert unknown_variables(fine) == []
    wrong = {**fine, "OPENWAVES_PROT": "1", "OPENWAVES_MODELS_DIR": "1", "OPENWAVES_ZEBRA": "1"}
    assert unknown_variables(wrong) == [
        "OPENWAVES_MODELS_DIR (perhaps OPENWAVES_MODEL_DIR?)",
        "OPENWAVES_PROT (perhaps OPENWAVES_PORT?)",
        "OPENWAVES_ZEBRA",
    ]


@pytest.mark.parametrize("origins", ["app.example", "https://app.example/path", "*,https://a.example", ""])
def test_origins_are_checked(origins: str) -> None:
    result = CliRunner().invoke(cli, ["serve", "--cors-origins", origins])
    assert result.exit_code == 2
    assert "cors_origins" in result.output


def test_the_key_is_not_shown_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENWAVES_API_KEY", "sk_very_secret")
    assert "sk_very_secret" not in repr(load_settings())
