"""OpenAI's names of models and voices, and what answers to them here."""

from collections.abc import Mapping

SPEECH_MODELS: Mapping[str, str] = {
    "lightning_v3.1": "lightning_v3.1",
    "lightning_v3.1_pro": "lightning_v3.1_pro",
    "lightning-v3.1": "lightning_v3.1",
    "lightning-v3.1-pro": "lightning_v3.1_pro",
    "tts-1": "lightning_v3.1",
    "tts-1-hd": "lightning_v3.1_pro",
    "gpt-4o-mini-tts": "lightning_v3.1_pro",
    "gpt-4o-mini-tts-2025-12-15": "lightning_v3.1_pro",
}
"""They differ only where the server runs with ``--decoder fast``."""

HEARING_MODELS: Mapping[str, str] = {
    "pulse": "pulse",
    "pulse-pro": "pulse-pro",
    "whisper-1": "pulse",
    "gpt-transcribe": "pulse",
    "gpt-4o-transcribe": "pulse",
    "gpt-4o-mini-transcribe": "pulse",
    "gpt-4o-mini-transcribe-2025-12-15": "pulse",
    "gpt-4o-transcribe-diarize": "pulse",
}
"""``pulse-pro`` hears English only."""

VOICES: Mapping[str, str] = {
    "alloy": "brooke",
    "ash": "daniel",
    "ballad": "liam",
    "cedar": "magnus",
    "coral": "olivia",
    "echo": "lucas",
    "fable": "rupert",
    "marin": "avery",
    "nova": "rachel",
    "onyx": "johnny",
    "sage": "lauren",
    "shimmer": "hannah",
    "verse": "robert",
}
"""A voice of the catalogue of about the same kind; none imitates OpenAI's."""
