"""Puts what answers chats together as the settings ask."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

from openwaves.errors import FieldError
from openwaves.llm.chat import ChatModel, unlimited
from openwaves.llm.fallback import Fallback
from openwaves.llm.local import LocalModel, LocalOptions
from openwaves.models.progress import LineProgress, Progress
from openwaves.models.store import CHAT, CHAT_MODEL, ModelStore
from openwaves.scheduler import available_cores
from openwaves.settings import Settings

NAME = "electron"
"""The model of the wire."""

RESERVED_SHARE = 0.25
"""Of each core that the embedded model computes on: its threads leave the rest to speech that is due."""

Reserve = Callable[[float], AbstractContextManager[None]]


class Kept:
    """Keeps cores while at least one answer is made: all answers share the same threads. Used from one event loop."""

    def __init__(self, reserve: Callable[[], AbstractContextManager[None]]) -> None:
        self._reserve = reserve
        self._holders = 0
        self._held = ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold them while the block runs.

        Raises:
            OverloadedError: They are not free.
        """
        if not self._holders:
            self._held.enter_context(self._reserve())
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._held.close()


def assemble_chat(settings: Settings, reserve: Reserve | None = None) -> ChatModel | None:
    """What answers chats; nothing is fetched, loaded or asked yet. None if chat is turned off.

    Args:
        settings: The options.
        reserve: Keeps so many cores while the embedded model works; None where nothing else wants them.

    Raises:
        FieldError: The settings do not fit together.
    """
    places = (settings.llm_url or "local").split()
    if places == ["off"]:
        return None
    keys = settings.llm_key.get_secret_value().split() if settings.llm_key else []
    names = shlex.split(settings.llm_model) if settings.llm_model else []
    models: list[ChatModel] = []
    for index, place in enumerate(places):
        named = _names(_entry(names, index, len(places), "llm_model"))
        if place == "local":
            models.append(_local(settings, tuple(named) if settings.llm_model else (NAME,), reserve))
            continue
        if not place.startswith(("http://", "https://")):
            raise FieldError("llm_url", f"{place!r} is neither a URL nor 'local'")
        from openwaves.llm.upstream import Upstream, UpstreamOptions  # noqa: PLC0415 - its HTTP client takes a while

        key = _entry(keys, index, len(places), "llm_key")
        options = UpstreamOptions(
            place, "" if key == "-" else key, named, settings.llm_first_token_s, settings.llm_stall_s
        )
        models.append(Upstream(options))
    return models[0] if len(models) == 1 else Fallback(models)


def locate_model(settings: Settings, progress: Progress) -> Path:
    """The file of the embedded model; fetches it if it is the default one and missing.

    Raises:
        ModelFileError: It cannot be fetched.
    """
    if settings.llm_model_path is not None:
        return settings.llm_model_path
    store = ModelStore(settings.model_dir)
    store.pull(progress, bundles=(CHAT,))
    return store.root / CHAT_MODEL


def _local(settings: Settings, names: tuple[str, ...], reserve: Reserve | None) -> LocalModel:
    threads = settings.llm_threads or max(1, available_cores() // 2)
    options = LocalOptions(
        sessions=settings.llm_sessions,
        context=settings.llm_context,
        threads=threads,
        prompt_threads=max(threads, available_cores()),
        shelf_bytes=settings.llm_shelf_mb << 20,
    )
    kept = Kept(partial(reserve, RESERVED_SHARE * threads)) if reserve else unlimited
    return LocalModel(names, partial(locate_model, settings, LineProgress()), options, kept)


def _entry(entries: list[str], index: int, number: int, option: str) -> str:
    """The entry for one URL; one alone stands for all."""
    if not entries:
        return ""
    if len(entries) not in {1, number}:
        raise FieldError(option, f"has {len(entries)} entries for {number} URLs; give one, or as many")
    return entries[index if len(entries) > 1 else 0]


def _names(entry: str) -> dict[str, str]:
    """Names of this wire to names there: ``electron=a,large=b``; a name alone is what all are called there."""
    if not entry:
        return {NAME: NAME}
    pairs = [part.partition("=") for part in entry.split(",") if part]
    return {ours if found else NAME: theirs if found else ours for ours, found, theirs in pairs}
