"""The process that holds espeak-ng: JSON lines in, JSON lines out.

espeak-ng is not thread-safe (mixed voices crash it) and is under the GPL-3, so it runs alone here. Started by
``openwaves.tts.g2p.espeak`` as ``python -m openwaves.tts.g2p.espeak_worker``; imports nothing of openwaves.

The first line out is ``{"ready": true}`` or ``{"error": "..."}``. A request ``{"voice": "hi", "texts": ["..."]}``
is answered by ``{"phonemes": ["..."]}``, IPA with U+0361 inside multi-letter phonemes and single spaces between
groups, or by ``{"error": "..."}``. Ends when stdin closes.
"""

import ctypes
import json
import signal
import sys

_RETRIEVAL = 1  # audio output mode: no sound device is opened
_DONT_EXIT = 0x8000  # a failed initialisation returns instead of ending the process
_UTF8 = 1
_IPA_TIED = 0x02 | 0x80 | 0x361 << 8  # IPA; bits 8-23 are a tie between the letters of one phoneme


class Library:
    """ctypes binding of espeak-ng. One thread only."""

    def __init__(self) -> None:
        """Load the library.

        Raises:
            OSError: The library or its data cannot be loaded.
        """
        import espeakng_loader  # noqa: PLC0415  # its absence is reported over the pipe

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        data = espeakng_loader.get_data_path().encode()
        if self._library.espeak_Initialize(_RETRIEVAL, 0, data, _DONT_EXIT) <= 0:
            raise OSError("espeak_Initialize failed")
        self._voice = ""

    def phonemize(self, voice: str, text: str) -> str:
        """Tied IPA of a text.

        Raises:
            ValueError: espeak-ng has no such voice.
        """
        if voice != self._voice:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                self._voice = ""
                raise ValueError(f"espeak-ng has no voice {voice!r}")
            self._voice = voice
        # espeak-ng moves the pointer to the next clause, and sets it to NULL at the end
        pointer = ctypes.c_char_p(text.replace("\0", " ").encode("utf-8", "ignore"))
        clauses = []
        while pointer.value is not None:
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA_TIED) or b"")
        return " ".join(b" ".join(clauses).decode("utf-8", "replace").split())


def main() -> None:
    """Answer requests until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server closes stdin last
    try:
        library = Library()
    except (OSError, ImportError, AttributeError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin.buffer:
        answer: dict[str, object]
        try:
            request = json.loads(line)
            answer = {"phonemes": [library.phonemize(request["voice"], text) for text in request["texts"]]}
        except (ValueError, KeyError) as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
