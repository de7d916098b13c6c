"""The length of an MP3 file, from its frame headers alone."""

# Source: ISO/IEC 11172-3 section 2.4.2.3 and ISO/IEC 13818-3 section 2.4.2.3, Layer III.
_KBIT_S = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_TAG_HEADER = 10


def mp3_length_s(data: bytes) -> float:
    """Seconds of sound, the encoder's padding included.

    Raises:
        ValueError: There is no Layer III frame where one should be.
    """
    at = _first_frame(data)
    length_s = 0.0
    while at + 4 <= len(data) and data[at : at + 3] != b"TAG":  # an ID3v1 tag ends the file
        n_bytes, frame_s = _frame(data[at : at + 4])
        length_s += frame_s
        at += n_bytes
    return length_s


def _first_frame(data: bytes) -> int:
    if data[:3] != b"ID3":
        return 0
    size = 0
    for byte in data[6:_TAG_HEADER]:
        size = size << 7 | byte
    return _TAG_HEADER + size


def _frame(header: bytes) -> tuple[int, float]:
    """Bytes and seconds of one frame."""
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bit_rate, rate = header[2] >> 4, header[2] >> 2 & 3
    if header[0] != 0xFF or header[1] >> 5 != 7 or layer != 1 or version == 1 or bit_rate in (0, 15) or rate == 3:
        raise ValueError("not an MP3 file")
    hertz = _RATES[version][rate]
    n_samples = 1152 if version == 3 else 576
    kbit_s = _KBIT_S[1 if version == 3 else 2][bit_rate - 1]
    padding = header[2] >> 1 & 1
    return n_samples // 8 * kbit_s * 1000 // hertz + padding, n_samples / hertz
