"""What bytes are, by their beginning: a container, headerless samples, or no sound at all."""

from typing import Literal

import numpy as np

Encoding = Literal["linear16", "linear32", "mulaw", "alaw", "opus", "ogg_opus"]
HEADERLESS: dict[str, tuple[str, ...]] = {
    "linear16": ("s16le",),
    "linear32": ("f32le", "s32le"),
    "mulaw": ("mulaw",),
    "alaw": ("alaw",),
}
"""FFmpeg's names of the demuxers that read samples without a header."""
HEAD_BYTES = 16384

_CONTAINERS = (b"RIFF", b"RF64", b"RIFX", b"OggS", b"fLaC", b"ID3", b"FORM", b"\x1aE\xdf\xa3")
_OTHERS = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"%PDF",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
)
_TEXT = frozenset(range(32, 127)) | {9, 10, 13}


def demuxer_of(head: bytes, encoding: str | None) -> str | None:
    """What must read the sound.

    Args:
        head: The first ``HEAD_BYTES`` of it.
        encoding: What the client says about samples without a header; None if it says nothing.

    Returns:
        FFmpeg's name of a headerless encoding, or the empty string for a container; None if it is no sound.
    """
    if head.startswith(_CONTAINERS) or head[4:8] == b"ftyp":
        return ""
    if encoding in ("opus", "ogg_opus"):
        return ""
    if encoding is not None:
        names = HEADERLESS[encoding]
        return names[_is_integer(head)] if len(names) > 1 else names[0]
    if _is_frame_sync(head):
        return ""
    return None if head.startswith(_OTHERS) or _is_text(head) or _is_random(head) else "s16le"


def _is_frame_sync(head: bytes) -> bool:
    """The first bytes of an MP3 or ADTS frame.

    Source: ISO/IEC 11172-3, 2.4.1.3: sync word, a layer that is not reserved, a bit rate that is not forbidden.
    """
    if len(head) < 4 or head[0] != 0xFF:
        return False
    is_adts = head[1] & 0xF6 == 0xF0
    is_mpeg = head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[1] & 0x18 != 0x08
    return is_adts or bool(is_mpeg and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C)


def _is_integer(head: bytes) -> bool:
    """Whether 32-bit values are integers: as floats they would be no sound."""
    values = np.frombuffer(head[: len(head) // 4 * 4], "<f4")
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.abs(values.astype(np.float64))
        heard = size[size > 0]
        return bool(len(heard) and (not np.isfinite(heard).all() or heard.max() > 64 or heard.max() < 1e-20))


def _is_text(head: bytes) -> bool:
    return bool(head) and sum(byte in _TEXT for byte in head) > 0.95 * len(head)


def _is_random(head: bytes) -> bool:
    """Whether 16-bit samples would be loud white noise, as compressed data are."""
    samples = np.frombuffer(head[: len(head) // 2 * 2], "<i2").astype(np.float64)
    if len(samples) < 256:
        return False
    power = float(np.mean(samples**2))
    likeness = float(np.mean(samples[1:] * samples[:-1])) / (power + 1e-9)
    return power > 14000**2 and abs(likeness) < 0.1
