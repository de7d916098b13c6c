"""Every option of the server, with its default and its help.

An option is set, strongest first, on the command line (``--max-pending 64``), in the environment
(``OPENWAVES_MAX_PENDING=64``), or in a TOML file (``max_pending = 64``) named by ``--config`` or
``OPENWAVES_CONFIG``.
"""

import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ENV_PREFIX = "OPENWAVES_"
CONFIG_VARIABLE = "OPENWAVES_CONFIG"


class Settings(BaseSettings):
    """The options, validated."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 is every interface.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    api_key: SecretStr | None = Field(
        None,
        min_length=8,
        description="Key of the first account. Without it the first start makes one and prints it once.",
    )
    data_dir: Path = Field(
        platformdirs.user_data_path("openwaves"),
        description="Folder of the database, recordings, previews and everything that is kept.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="postgresql://user:password@host/name of the database. Default: a SQLite file in the data folder.",
    )
    blob_url: SecretStr | None = Field(
        None,
        description="Folder of recordings and their samples: any URL of fsspec, as in s3://bucket/voices. "
        "Default: 'blobs' in the data folder.",
    )
    admin_key: SecretStr | None = Field(
        None, min_length=16, description="Key of the admin API under /admin/v1, which is off without it."
    )
    model_dir: Path = Field(
        platformdirs.user_cache_path("openwaves") / "models",
        description="Folder of the model files; several servers may share it.",
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Synthesis threads. Default: one for each core that this process may use.",
    )
    engine: Literal["auto", "tone"] = Field(
        "auto", description="'tone' speaks every voice in plain tones, without model files: to try a client."
    )
    kokoro_backend: Literal["auto", "openvino", "onnxruntime"] = Field(
        "auto", description="What runs the Kokoro network. 'auto': OpenVINO where it runs, else ONNX Runtime."
    )
    idle_unload_s: float | None = Field(
        None,
        gt=0,
        description="Seconds without speech after which a network's memory is given back; the next request then waits "
        "about a second for it. Default: never.",
    )
    max_text_chars: int = Field(100_000, ge=1, description="Longest text of one request, in characters.")
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024, description="Largest request body, in bytes.")
    body_timeout_s: float = Field(30.0, gt=0, description="Longest time to receive a request body, in seconds.")
    max_pending: int = Field(
        512, ge=1, description="Most segments that wait for a worker; beyond, requests are answered with 503."
    )
    concurrency: int = Field(
        200,
        ge=1,
        description="Most requests of one account at once; beyond, 429. It may open five times as many sockets.",
    )
    public_url: str | None = Field(
        None,
        description="URL under which clients reach this server, for links in answers. Default: as they asked.",
    )
    link_lifetime_s: int = Field(
        7 * 24 * 3600, ge=1, description="How long the links to a cloned voice's samples can be played, in seconds."
    )
    clones_at_once: int = Field(
        1, ge=1, le=64, description="Recordings that are made into voices at once, a thread each."
    )
    shutdown_grace_s: int = Field(10, ge=0, description="Time for running requests to end at shutdown, in seconds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then the file named by ``OPENWAVES_CONFIG``."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        config = os.environ.get(CONFIG_VARIABLE)
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(config))) if config else sources


def load_settings(config: Path | None = None, **options: Any) -> Settings:
    """Collect the settings.

    Args:
        config: TOML file; default is the one that ``OPENWAVES_CONFIG`` names, if any.
        options: Values given on the command line; None means "not given".

    Raises:
        FileNotFoundError: The configuration file does not exist.
        pydantic.ValidationError: A value is not allowed.
    """
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)
    named = os.environ.get(CONFIG_VARIABLE)
    if named and not Path(named).is_file():
        raise FileNotFoundError(f"configuration file {named} does not exist")
    return Settings(**{name: value for name, value in options.items() if value is not None})
