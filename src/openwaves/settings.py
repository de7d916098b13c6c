"""Every option of the server, with its default and its help.

An option is set, strongest first, on the command line (``--max-pending 64``), in the environment
(``OPENWAVES_MAX_PENDING=64``), or in a TOML file (``max_pending = 64``) named by ``--config`` or
``OPENWAVES_CONFIG``.
"""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ENV_PREFIX = "OPENWAVES_"
CONFIG_VARIABLE = "OPENWAVES_CONFIG"
HOMELESS = Path("/nonexistent/openwaves")
"""Default of a folder where the user has no home folder."""

_CLIENT_VARIABLES = ("OPENWAVES_CONFIG", "OPENWAVES_URL")
_SERVICE_LINK = re.compile(r"OPENWAVES_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)")
"""Variables that Kubernetes sets in every container beside a service of the name ``openwaves``."""


def _users_folder(find: Callable[[str], Path]) -> Path:
    try:
        return find("openwaves")
    except RuntimeError:  # no HOME, and no entry in the table of users
        return HOMELESS


def _networks(value: str | None) -> str | None:
    """Addresses and networks with commas between them, checked; * is every one."""
    for part in (value or "*").split(","):
        if part.strip() != "*":
            ipaddress.ip_network(part.strip())  # what it raises tells what is wrong
    return value


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
        _users_folder(platformdirs.user_data_path),
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
        _users_folder(platformdirs.user_cache_path) / "models",
        description="Folder of the model files; several servers may share it.",
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Synthesis threads. Default: one for each core that this process may use.",
    )
    worker_processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes in which the networks of speech run: a crash of native code then costs a moment, and no "
        "request. Each takes memory of its own. 0: none, they run in the server.",
    )
    worker_limit_s: float = Field(
        60.0,
        gt=0,
        description="Longest time that a worker process may take for one piece of work, in seconds; one that takes "
        "longer is ended, and its work done by another.",
    )
    engine: Literal["auto", "tone", "simulated"] = Field(
        "auto",
        description="'tone' speaks every voice in plain tones, without model files: to try a client. 'simulated' does, "
        "too, but takes as long as a network would: to try a fleet.",
    )
    simulated_factor: float = Field(
        0.2, gt=0, description="Seconds that the simulated engine takes for each second of sound."
    )
    kokoro_backend: Literal["auto", "openvino", "onnxruntime"] = Field(
        "auto", description="What runs the Kokoro network. 'auto': OpenVINO where it runs, else ONNX Runtime."
    )
    decoder: Literal["full", "fast"] = Field(
        "full",
        description="Experimental. 'fast': voices of Kokoro speak several times as fast, less like themselves, where a "
        "request names a model of fast_models; clones only if they sound the same.",
    )
    fast_models: Literal["standard", "pro", "all"] = Field(
        "standard",
        description="Who hears the fast decoder: 'standard', who names the model lightning_v3.1 or none; 'pro', who "
        "names lightning_v3.1_pro; 'all'.",
    )
    idle_unload_s: float | None = Field(
        None,
        gt=0,
        description="Seconds without work after which a network's memory is given back, of speaking as of hearing; the "
        "next request then waits about a second for it. Default: never.",
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
    listen_idle_s: float = Field(
        60.0,
        gt=0,
        description="Seconds without a message or a ping after which a socket of live recognition is closed.",
    )
    listen_send_s: float = Field(
        20.0, gt=0, description="Seconds in which a client of live recognition must take a message, or is left."
    )
    public_url: str | None = Field(
        None,
        description="URL under which clients reach this server, for links in answers. Default: as they asked.",
    )
    cors_origins: str | None = Field(
        None,
        pattern=r"^(\*|https?://[^\s,/]+(\s*,\s*https?://[^\s,/]+)*)$",
        description="Origins of web pages whose scripts may call this server, as in https://app.example, with commas "
        "between them; * is every page. Default: none.",
    )
    link_lifetime_s: int = Field(
        7 * 24 * 3600, ge=1, description="How long the links to a cloned voice's samples can be played, in seconds."
    )
    clones_at_once: int = Field(
        1, ge=1, le=64, description="Recordings that are made into voices at once, a thread each."
    )
    stt_english: str = Field(
        "moonshine-base",
        description="Who hears English: moonshine-base, moonshine-tiny, whisper-base, or a folder with a network of "
        "Moonshine or a CTranslate2 conversion of Whisper.",
    )
    stt_others: str = Field(
        "whisper-base",
        description="Who hears all other languages: whisper-base, a name that `openwaves models pull --stt` knows, or "
        "a folder; 'none' for nobody.",
    )
    stt_max_bytes: int = Field(250_000_000, ge=1024, description="Largest sound file to transcribe, in bytes.")
    stt_upload_timeout_s: float = Field(300.0, gt=0, description="Longest time to receive a sound file, in seconds.")
    stt_timeout_s: float = Field(600.0, gt=0, description="Longest time to transcribe a file, in seconds.")
    private_urls: bool = Field(
        False,
        description="Let clients name URLs of this machine and of local networks, for sounds and webhooks.",
    )
    llm_url: str | None = Field(
        None,
        description="What answers chats: the base URL of an OpenAI-compatible server, as in http://127.0.0.1:11434/v1; "
        "several, with spaces between them, are asked in this order; 'local' among them is the embedded model, 'off' "
        "turns chat off. Default: local.",
    )
    llm_key: SecretStr | None = Field(
        None, description="API key of that server; several in the order of the URLs, '-' for one that wants none."
    )
    llm_model: str | None = Field(
        None,
        description="Name of the model there, as in qwen3:8b, or names of this wire and there, as in "
        "electron=qwen3:8b,large=qwen3:32b; one such entry for each URL, or one for all. Default: electron.",
    )
    llm_model_path: Path | None = Field(
        None, description="GGUF file of the embedded model. Default: a small one, fetched with the first chat."
    )
    llm_threads: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Cores that the embedded model writes answers on; prompts are read on all. Default: half of them.",
    )
    llm_sessions: int = Field(
        4, ge=1, le=64, description="Answers that the embedded model makes at once; each takes memory for its context."
    )
    llm_context: int = Field(
        4096, ge=512, le=1 << 20, description="Tokens of one conversation with the embedded model, its answer included."
    )
    llm_shelf_mb: int = Field(
        256, ge=0, description="Memory for the state of conversations and system messages that had to make room, in MB."
    )
    llm_first_token_s: float = Field(
        30.0, gt=0, description="Longest wait for the first token of a server of llm_url, in seconds."
    )
    llm_stall_s: float = Field(30.0, gt=0, description="Longest wait for each of its next tokens, in seconds.")
    talk_sessions: int = Field(
        8, ge=1, le=1024, description="Most sessions of speech to speech at once; beyond, a client is told server_full."
    )
    talk_idle_s: float = Field(
        30.0, gt=0, description="Seconds without a message from either side after which such a session is closed."
    )
    talk_tool_wait_s: float = Field(
        30.0, gt=0, description="Longest wait of such a session for the result of a function, in seconds."
    )
    talk_max_tokens: int = Field(400, ge=16, description="Most tokens of one spoken answer.")
    shutdown_grace_s: int = Field(10, ge=0, description="Time for running requests to end at shutdown, in seconds.")
    drain_delay_s: float = Field(
        0.0,
        ge=0,
        le=600,
        description="Seconds at shutdown, before that time begins, in which /ready says no and work is still taken: "
        "until the balancer before this server has seen it.",
    )
    reuse_port: bool = Field(
        False,
        description="Share the port with other processes of this machine (SO_REUSEPORT), and begin to listen only when "
        "ready: a new server is started beside an old one.",
    )
    tls_cert: Path | None = Field(
        None,
        description="PEM file of the server's certificate and its chain: the port then speaks https and wss. Read "
        "again when it changes.",
    )
    tls_key: Path | None = Field(
        None, description="PEM file of the certificate's key, without a password. Default: it is in the same file."
    )
    trusted_proxies: Annotated[str | None, AfterValidator(_networks)] = Field(
        None,
        description="Addresses or networks of the proxies before this server, as in 10.0.0.0/8,::1; only their "
        "X-Forwarded-For and X-Forwarded-Proto are believed. Default: nobody's.",
    )
    root_path: str = Field(
        "",
        pattern=r"^((/[\w.~-]+)+)?$",
        description="Path under which a proxy offers this server, as in /voice, whether it takes it off or not.",
    )
    headers_timeout_s: float = Field(
        20.0, gt=0, description="Longest time to receive the headers of a request, in seconds."
    )
    keep_alive_s: int = Field(
        75, ge=1, description="Seconds after which a connection on which nothing is asked is closed."
    )
    send_timeout_s: float = Field(
        600.0,
        gt=0,
        description="Seconds after which a client that takes nothing of what is sent to it is left.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Form of the log: lines for people, or one JSON object a line."
    )
    log_texts: bool = Field(
        False, description="Log what is spoken and what is heard, too: for a test. Off, no text of a client is logged."
    )
    metrics_by_account: bool = Field(
        False, description="Let /metrics tell requests and seconds of sound of each account, too."
    )
    otel: bool = Field(
        False,
        description="Send traces by OpenTelemetry (needs openwaves[otel]); OTEL_EXPORTER_OTLP_ENDPOINT and the other "
        "standard variables say where.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="redis://user:password@host:6379/0 of a Redis or Valkey (needs openwaves[redis]) in which several "
        "servers count requests and sockets of accounts together. Default: each counts for itself.",
    )
    redis_lease_s: float = Field(
        8.0, ge=0.5, le=10, description="Seconds after which a server that died gives up what it has counted there."
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
        ValueError: The configuration file cannot be read; also when it is not TOML.
        pydantic.ValidationError: A value is not allowed, or a name in the file is no option.
    """
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)
    named = os.environ.get(CONFIG_VARIABLE)
    if named and not Path(named).is_file():
        raise FileNotFoundError(f"configuration file {named} does not exist")
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"configuration file {named} is not TOML: {error}") from error
    except OSError as error:
        raise ValueError(f"configuration file {named} cannot be read: {error.strerror}") from error


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """The variables that look like options and are none, each with the nearest name where one is near."""
    known = [name.upper() for name in Settings.model_fields]
    unknown = [
        name
        for name in environment
        if name.upper().startswith(ENV_PREFIX)
        and name.upper().removeprefix(ENV_PREFIX) not in known
        and name.upper() not in _CLIENT_VARIABLES
        and not _SERVICE_LINK.fullmatch(name)
    ]
    return [name + nearest(name.upper().removeprefix(ENV_PREFIX), known, ENV_PREFIX) for name in sorted(unknown)]


def nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    """The end of a sentence that names what was perhaps meant, after its prefix; empty if nothing is near."""
    found = difflib.get_close_matches(name, list(known), 1, 0.7)
    return f" (perhaps {prefix}{found[0]}?)" if found else ""
