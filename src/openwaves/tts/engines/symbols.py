"""The phonemes that the networks know."""

import json
from importlib.resources import files

from openwaves.errors import EngineError, UnknownPhonemeError

SYMBOLS: dict[str, int] = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
"""Symbol to token id; hibari and Kokoro share the table. Source: hibari-tts 0.2.1, assets/vocab.json."""


def check_phonemes(phonemes: str, max_phonemes: int) -> None:
    """Refuse an utterance that no network can speak.

    Raises:
        EngineError: It is empty or too long.
        UnknownPhonemeError: A character is not in ``SYMBOLS``.
    """
    if not 0 < len(phonemes) <= max_phonemes:
        raise EngineError(f"an utterance has 1 to {max_phonemes} phonemes, not {len(phonemes)}")
    if unknown := sorted(set(phonemes) - SYMBOLS.keys()):
        raise UnknownPhonemeError(phonemes, "".join(unknown))
