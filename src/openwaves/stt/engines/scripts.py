"""Tokens that are written in another script than a language, for networks that slip into Latin or a neighbour's."""

from collections.abc import Mapping

SECOND_BYTES = {"hi": b"\xa4\xa5", "mr": b"\xa4\xa5", "ta": b"\xae\xaf"}
"""Second bytes of UTF-8 of the script's block; the first byte of all Indian scripts is ``INDIAN``."""

INDIAN = 0xE0
PUNCTUATION = 0xE2


def foreign_tokens(language: str, pieces: Mapping[str, int]) -> list[int]:
    """Tokens with a letter that the language is not written in.

    Args:
        language: A key of ``SECOND_BYTES``.
        pieces: The vocabulary: each piece in the printable form of byte-level pair encoding, and its token.
    """
    own = SECOND_BYTES[language]
    byte_of = _bytes()
    return sorted(
        token
        for piece, token in pieces.items()
        if not piece.startswith("<|") and not _is_own(bytes(byte_of.get(char, 0x3F) for char in piece), own)
    )


def _is_own(data: bytes, own: bytes) -> bool:
    place = 0
    while place < len(data):
        byte = data[place]
        if byte < 0x80:
            if chr(byte).isalpha():
                return False
        elif byte == INDIAN:
            if place + 1 < len(data) and data[place + 1] not in own:
                return False
        elif byte >= 0xC0 and byte != PUNCTUATION:  # bytes below that go on with a character
            return False
        place += 1
    return True


def _bytes() -> dict[str, int]:
    """The byte of each printable stand-in.

    Source: the table of GPT-2's encoder: printable bytes stand for themselves, the others follow from 256 on.
    """
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(byte): byte for byte in printable}
    others = (byte for byte in range(256) if byte not in printable)
    return table | {chr(256 + number): byte for number, byte in enumerate(others)}
