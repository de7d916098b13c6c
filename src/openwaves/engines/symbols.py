"""The phonemes that the networks know."""

import json
from importlib.resources import files

SYMBOLS: dict[str, int] = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
"""Symbol to token id; hibari and Kokoro share the table. Source: hibari-tts 0.2.1, assets/vocab.json."""
