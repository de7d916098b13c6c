"""llama.cpp in this process: text in, pieces of text out, on numbered slots whose past is kept.

The library opens an HTTP listener of its own, whatever one wants. Here it is a socket in a private folder that only
this user can enter, with a random key and without its web pages; where such sockets do not exist it is a loopback port
with the key. It also serves what the library offers no other way to: reading the model's template, and keeping and
bringing back the state of a slot.
"""

import asyncio
import http.client
import json
import logging
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openwaves.errors import EngineError, FieldError

log = logging.getLogger(__name__)

SLICE_TOKENS = 16
"""Most tokens of a prompt worked at once: a cancelled prompt stops, and other answers go on, after each slice."""

NICENESS = 5
"""So much lower is the priority of the model's threads: speech that is due goes first where both want one core."""

_QUIET = -1
_GGUF = b"GGUF"
_HTTP_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Piece:
    """What the engine tells while it works.

    Attributes:
        text: The next characters; never part of a character.
        logprobs: Tokens of this piece in OpenAI's form.
        finish: Why it ended; empty until then.
        prompt_tokens: Tokens of the prompt, once known.
        cached_tokens: Those that the slot had, once known.
        completion_tokens: Tokens made, at the end.
    """

    text: str = ""
    logprobs: tuple[Mapping[str, Any], ...] = ()
    finish: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class LlamaEngine:
    """One model file, loaded. Each slot works for one caller at a time; all slots work side by side on its threads."""

    def __init__(
        self, path: Path, slots: int, context: int, threads: int, prompt_threads: int, state_bytes: int
    ) -> None:
        """Load a model; takes seconds.

        Args:
            path: GGUF file.
            slots: Answers that can be made at the same time.
            context: Tokens of each slot, prompt and answer together.
            threads: Cores that it writes answers on.
            prompt_threads: Cores that it reads prompts on.
            state_bytes: Size of what will be kept.

        Raises:
            EngineError: The file cannot be loaded.
        """
        self.n_slots = slots
        self.context = context
        self.folder = Path(tempfile.mkdtemp(prefix="openwaves-llm-", dir=_memory_folder(state_bytes)))
        self._key = secrets.token_urlsafe(32)
        self._socket = self.folder / "engine.sock" if hasattr(socket, "AF_UNIX") else None
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="chat")
        try:
            self._server = self._load(path, threads, prompt_threads)
            properties = self.call("GET", "/props")
        except Exception:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.template = str(properties.get("chat_template", ""))

    def _load(self, path: Path, threads: int, prompt_threads: int) -> Any:
        try:
            import xllamacpp  # noqa: PLC0415 - a hundred megabytes, wanted only where a model runs here
        except ImportError as error:
            raise EngineError(f"xllamacpp is not installed: {error}; run `pip install xllamacpp`") from error
        if not path.is_file():
            raise EngineError(f"there is no model file {path}")
        with path.open("rb") as file:
            if file.read(len(_GGUF)) != _GGUF:
                raise EngineError(f"{path} is no GGUF file")
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_parallel = self.n_slots
        parameters.n_ctx = self.context * self.n_slots
        parameters.n_batch = parameters.n_ubatch = SLICE_TOKENS
        parameters.cpuparams.n_threads = threads
        parameters.cpuparams_batch.n_threads = prompt_threads
        parameters.cpuparams.poll = parameters.cpuparams_batch.poll = 0  # no spinning: other work wants the core
        parameters.use_jinja = True
        parameters.warmup = False
        parameters.fit_params = False
        parameters.n_gpu_layers = 0
        parameters.cache_ram_mib = 0  # what is kept is decided in openwaves.llm.slots
        parameters.verbosity = _QUIET
        parameters.ui = False
        parameters.endpoint_slots = True
        parameters.slot_save_path = f"{self.folder}{os.sep}"
        parameters.n_threads_http = 1
        parameters.api_keys = [self._key]
        parameters.hostnames = [str(self._socket)] if self._socket else ["127.0.0.1"]
        return _niced(lambda: xllamacpp.Server(parameters), path)

    async def stream(
        self, slot: int, prompt: str, options: Mapping[str, Any], on_end: Callable[[], None]
    ) -> AsyncGenerator[Piece]:
        """Continue a prompt; closing the stream stops the work.

        Args:
            slot: Where; it must be free.
            prompt: All of the text so far; what the slot remembers of it costs nothing.
            options: Those of the library's completions.
            on_end: Called on the loop once the slot is free again, which may be after the stream was closed.

        Raises:
            FieldError: The options or the length of the prompt are refused.
            EngineError: The engine failed.
        """
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Piece | BaseException | None] = asyncio.Queue()
        stopped = threading.Event()

        def tell(item: Piece | BaseException | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(heard.put_nowait, item)

        def work() -> None:
            body = {**options, "prompt": prompt, "stream": True, "return_progress": True, "id_slot": slot}

            def hear(chunk: Any) -> bool:
                _hear(chunk, tell)
                return stopped.is_set()  # true ends the work

            try:
                self._server.handle_completions(body, hear)
            except Exception as error:  # noqa: BLE001 - told to the caller
                tell(EngineError(f"the language model failed: {error}"))
            tell(None)

        working: Future[None] = self._threads.submit(work)
        ended = asyncio.wrap_future(working)
        ended.add_done_callback(lambda _: on_end())
        try:
            while (item := await heard.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
            await asyncio.shield(ended)  # the slot is free before the answer ends:
            await asyncio.sleep(0)  # ``on_end`` runs in this step of the loop
        finally:
            stopped.set()

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask the library's own listener.

        Raises:
            EngineError: It refuses.
        """
        connection = self._connection()
        try:
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(f"the language model does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise EngineError(f"the language model refused {path}: {answer.status} {content[:200]!r}")
        found: dict[str, Any] = json.loads(content)
        return found

    def render(self, messages: list[dict[str, str]]) -> str:
        """The prompt of a plain history by the model's own template."""
        body = {"messages": messages, "chat_template_kwargs": {"enable_thinking": False}}
        return str(self.call("POST", "/apply-template", body)["prompt"])

    def keep(self, slot: int, name: str) -> int:
        """Write what a slot remembers to a file of the engine's folder; gives its size in bytes."""
        return int(self.call("POST", f"/slots/{slot}?action=save", {"filename": name})["n_written"])

    def bring_back(self, slot: int, name: str) -> None:
        """Let a slot remember what ``keep`` wrote."""
        self.call("POST", f"/slots/{slot}?action=restore", {"filename": name})

    def close(self) -> None:
        """End the threads and give the memory back; running work must have been stopped."""
        self._threads.shutdown(wait=True)
        self._server = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connection(self) -> http.client.HTTPConnection:
        if self._socket is not None:
            return _PrivateConnection(self._socket)
        host, _, port = self._server.listening_address.removeprefix("http://").rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=_HTTP_TIMEOUT_S)


class _PrivateConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_HTTP_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _memory_folder(state_bytes: int) -> str | None:
    """A folder that lives in memory, if the system has one with enough space: what is kept holds conversations."""
    folder = Path("/dev/shm")  # noqa: S108 - the folder made in it is private
    if not folder.is_dir() or not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < state_bytes:
        return None
    return str(folder)


def _niced(load: Callable[[], Any], path: Path) -> Any:
    """Load on a thread of lower priority, from which the library's own threads inherit it."""
    outcome: list[Any] = []

    def run() -> None:
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                thread = threading.get_native_id()
                os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICENESS)
        try:
            outcome.append(load())
        except Exception as error:  # noqa: BLE001 - raised again below
            outcome.append(error)

    thread = threading.Thread(target=run, name="chat-load")
    thread.start()
    thread.join()
    if isinstance(outcome[0], Exception):
        raise EngineError(f"the language model {path} cannot be loaded: {outcome[0]}") from outcome[0]
    return outcome[0]


def _hear(chunk: Any, tell: Callable[[Piece | BaseException], None]) -> None:
    read = json.loads(chunk) if isinstance(chunk, str | bytes) else chunk
    for part in read if isinstance(read, list) else [read]:
        tell(_error(part["error"]) if "error" in part else _piece(part))


def _piece(part: Mapping[str, Any]) -> Piece:
    choice = (part.get("choices") or [{}])[0]
    usage, progress = part.get("usage") or {}, part.get("prompt_progress") or {}
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", progress.get("cache", 0))
    return Piece(
        text=choice.get("text") or "",
        logprobs=tuple((choice.get("logprobs") or {}).get("content") or ()),
        finish=choice.get("finish_reason") or "",
        prompt_tokens=usage.get("prompt_tokens", progress.get("total", 0)),
        cached_tokens=cached,
        completion_tokens=usage.get("completion_tokens", 0),
    )


def _error(error: Mapping[str, Any]) -> Exception:
    if error.get("type") == "exceed_context_size_error":
        tokens, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
        return FieldError("messages", f"{tokens} tokens are more than the context of this model, {limit} tokens")
    message = str(error.get("message", "unknown"))
    if error.get("code") == 400:
        return FieldError("response_format" if "schema" in message or "grammar" in message else "messages", message)
    return EngineError(f"the language model failed: {message}")
