"""The languages of speech to text: what a client may name, and what is served."""

from collections.abc import Collection
from typing import Literal

from openwaves.errors import FieldError, LanguageNotServedError

Quality = Literal["good", "draft"]

_ROW = "en hi de es ru it fr nl pt uk pl cs sk lv et ro fi sv bg hu da lt mt zh yue ja ko gu mr or bn ta te kn ml pa"
CODES = (*_ROW.split(), "hi-dev")
"""Every language that a client may name (contract section 7)."""
SERVED: dict[str, Quality] = {
    "en": "good",
    "es": "good",
    "pt": "good",
    "it": "good",
    "fr": "draft",
    "de": "draft",
    "ja": "draft",
    "zh": "draft",
    "hi": "draft",
    "ta": "draft",
}
"""What the recognisers that come by themselves can hear. A draft has many wrong words."""
UNHEARD = frozenset({"or", "hi-dev"})
"""Codes that no Whisper network knows."""
AUTOMATIC: dict[str, tuple[str, ...]] = {
    "multi": tuple(SERVED),
    "multi-eu": ("en", "es", "pt", "it", "fr", "de"),
    "multi-asian": ("en", "ja", "zh"),
    "multi-indic": ("en", "hi", "ta"),
    "multi-south-indic": ("en", "ta"),
    "north_indic": ("en", "hi"),
}
"""Codes that leave the choice to us, and what is chosen from."""


ALIASES = {"hi-dev": "hi"}


def candidates(code: str, field: str, served: Collection[str]) -> tuple[str, ...]:
    """What a client's code comes to.

    Args:
        code: As the client wrote it; regional tags such as ``en-US`` are cut at the hyphen.
        field: The parameter's name, for the error.
        served: Codes that can be heard here.

    Returns:
        Served codes: one, or several of which the sound decides.

    Raises:
        FieldError: It is no code that the contract knows.
        LanguageNotServedError: It is one, but nobody here hears it.
    """
    wanted = code.strip()
    if wanted in AUTOMATIC:
        found = tuple(code for code in AUTOMATIC[wanted] if code in served)
    else:
        wanted = ALIASES.get(wanted, wanted.partition("-")[0].lower())
        if wanted not in CODES:
            raise FieldError(field, f"{code!r} is not one of {', '.join((*CODES, *AUTOMATIC))}")
        found = (wanted,) if wanted in served else ()
    if not found:
        raise LanguageNotServedError(code, ", ".join(sorted(served)))
    return found
