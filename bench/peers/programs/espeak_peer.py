"""espeak-ng behind a minimal server: ``POST /speak`` is answered with 16-bit PCM, 22.05 kHz, in chunks as it is made.

Its state is global to the process, so one request is spoken at a time.
"""

import argparse
import asyncio
import ctypes
import json
import queue
import threading
from collections.abc import Iterator

import espeakng_loader
from aiohttp import web

RETRIEVAL = 1  # AUDIO_OUTPUT_RETRIEVAL of speak_lib.h
UTF8 = 1  # espeakCHARS_UTF8
BUFFER_MS = 200
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The library. Source: speak_lib.h of espeak-ng 1.52."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.sample_rate = self._library.espeak_Initialize(
            RETRIEVAL, BUFFER_MS, str(espeakng_loader.get_data_path()).encode(), 0
        )
        self._chunks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._callback = CALLBACK(self._heard)
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_SetVoiceByName(b"en-us")

    def speak(self, text: str) -> Iterator[bytes]:
        """Speak a text; the chunks come while it is spoken. One at a time, to its end."""
        work = threading.Thread(target=self._synthesize, args=(text,))
        work.start()
        while (chunk := self._chunks.get()) is not None:
            yield chunk
        work.join()

    def _synthesize(self, text: str) -> None:
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 0, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        self._chunks.put(None)

    def _heard(self, samples: "ctypes._Pointer[ctypes.c_short]", n_samples: int, _events: int) -> int:
        if samples and n_samples:
            self._chunks.put(ctypes.string_at(samples, 2 * n_samples))
        return 0


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    espeak = Espeak()
    alone = asyncio.Lock()

    async def speak(request: web.Request) -> web.StreamResponse:
        text = json.loads(await request.read())["text"]
        response = web.StreamResponse(headers={"Content-Type": f"audio/pcm;rate={espeak.sample_rate}"})
        await response.prepare(request)
        async with alone:
            chunks = espeak.speak(text)
            try:
                while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                    await response.write(chunk)
            finally:
                for _ in chunks:
                    pass
        await response.write_eof()
        return response

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.add_routes([web.post("/speak", speak), web.get("/health", health)])
    web.run_app(app, host="127.0.0.1", port=options.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
