"""kokoro-onnx as its users put it into a server, or in this process over a pipe.

With ``--port`` it answers ``POST /speak`` with chunks of 16-bit PCM at 24 kHz, as ``create_stream`` yields them.
Without, it reads a JSON line with a text from standard input, speaks it, and writes one line for each chunk.
"""

import argparse
import asyncio
import json
import sys

import numpy as np
import onnxruntime
from kokoro_onnx import Kokoro
from numpy.typing import NDArray


def main() -> None:
    """Load the network and answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--voices", required=True, help="NPZ file")
    parser.add_argument("--voice", required=True)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--threads", type=int, help="of one inference; default is what kokoro-onnx chooses")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    kokoro = load(options.model, options.voices, options.threads)
    if options.port is None:
        asyncio.run(pipe(kokoro, options.voice, options.speed))
    else:
        serve(kokoro, options.voice, options.speed, options.port)


def load(model: str, voices: str, threads: int | None) -> Kokoro:
    """The network as kokoro-onnx loads it, or with a given number of threads."""
    if threads is None:
        return Kokoro(model, voices)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    return Kokoro.from_session(session, voices)


def pcm(samples: NDArray[np.float32]) -> bytes:
    """16-bit little-endian samples."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


async def pipe(kokoro: Kokoro, voice: str, speed: float) -> None:
    """Answer on standard output: a line with the bytes of each chunk, then an empty object."""
    print(json.dumps({"ready": True}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        async for samples, _ in kokoro.create_stream(json.loads(line)["text"], voice, speed):
            print(json.dumps({"n_bytes": len(pcm(samples))}), flush=True)
        print(json.dumps({}), flush=True)


def serve(kokoro: Kokoro, voice: str, speed: float, port: int) -> None:
    """A minimal server that streams."""
    from aiohttp import web  # noqa: PLC0415 - the pipe does without

    async def speak(request: web.Request) -> web.StreamResponse:
        text = (await request.json())["text"]
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm;rate=24000"})
        await response.prepare(request)
        async for samples, _ in kokoro.create_stream(text, voice, speed):
            await response.write(pcm(samples))
        await response.write_eof()
        return response

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.add_routes([web.post("/speak", speak), web.get("/health", health)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
