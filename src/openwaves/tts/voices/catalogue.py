"""The voices, read from TOML."""

import tomllib
from importlib.resources import files
from typing import Any, Self

from openwaves.errors import VoiceNotFoundError
from openwaves.types import Voice

LISTS = ("languages", "use_cases", "models")


class Catalogue:
    """Every stock voice."""

    def __init__(self, voices: tuple[Voice, ...]) -> None:
        self.voices = voices
        self._by_id = {voice.id: voice for voice in voices}

    @classmethod
    def load(cls) -> Self:
        """Read the catalogue that comes with the package."""
        text = (files("openwaves.tts.voices") / "data" / "voices.toml").read_text(encoding="utf-8")
        rows = tomllib.loads(text)["voice"]
        return cls(tuple(_voice(row) for row in rows))

    def get(self, voice_id: str) -> Voice:
        """The voice with this id.

        Raises:
            VoiceNotFoundError: There is none.
        """
        try:
            return self._by_id[voice_id]
        except KeyError:
            raise VoiceNotFoundError(voice_id) from None

    def for_model(self, model: str) -> tuple[Voice, ...]:
        """The voices that an API model lists."""
        return tuple(voice for voice in self.voices if model in voice.models)

    def for_language(self, code: str) -> tuple[Voice, ...]:
        """The voices that are meant for a language."""
        return tuple(voice for voice in self.voices if code in voice.languages)


def _voice(row: dict[str, Any]) -> Voice:
    fields: dict[str, Any] = {name: tuple(value) if name in LISTS else value for name, value in row.items()}
    return Voice(**fields)
