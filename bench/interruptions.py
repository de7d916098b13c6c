"""What becomes of an answer that is interrupted, and of one that only seems to be.

    python -m bench.interruptions [barge-in backchannels echo three] [--voice aria]

A real server with the real recogniser and voices; the model is a scripted one, so that answers are long. ``barge-in``:
somebody says a sentence at 20 points of a long answer; told are the time from the true beginning of that speech to
``speech_started``, the last frame of sound after it, and whether the next turn is what was said. ``backchannels``: ten
of them, coughs among them, none of which may be a turn. ``echo``: the client plays what it gets 20 dB quieter into its
own microphone, 80, 190 and 300 ms late. ``three``: three sessions at once, and whether their sound ever ran dry.
"""

import argparse
import asyncio
import tempfile
import wave
from collections.abc import Callable, Coroutine
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.llm.upstream import Behaviour, upstream
from tests.talking import TalkClient, dial

from bench.listening.clips import Clip
from bench.serving import KEY, Served, serve
from bench.speed import processor
from openwaves.scheduler import available_cores
from openwaves.types import Samples

TALE = [
    {"content": sentence + " "}
    for sentence in (
        "The old harbour lies at the end of a narrow street.",
        "Every morning the boats come back before the sun is high.",
        "Fishermen carry their baskets up the stone steps and call out their prices.",
        "Children run between them and look for small coins.",
        "On the wall above sits a grey cat that belongs to nobody.",
        "In the afternoon the wind turns and the flags change their side.",
        "Then the tall ships leave for the islands in the west.",
    )
    * 3
]
POINTS = 20
QUESTION = "Tell me about the harbour, please."
INTERRUPTIONS = ("Stop, that is enough.", "Wait, what time is it?", "Sorry, can you say that again?", "No, thank you.")
BACKCHANNELS = ("Mm-hmm.", "Uh-huh.", "Yeah.", "Okay.", "Mhm.", "Right.", "Oh.", "Yeah, okay.")
SPEAKERS = ("emily", "daniel", "olivia", "robert")


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known: dict[str, Callable[[Served, str], Coroutine[Any, Any, str]]] = {
        "barge-in": barge_in,
        "backchannels": backchannels,
        "echo": echo,
        "three": three,
    }
    parser.add_argument("names", nargs="*", help=", ".join(known))
    parser.add_argument("--voice", default="aria")
    options = parser.parse_args()
    print(f"{available_cores()} cores, {processor()}; answers by {options.voice}")
    with (
        tempfile.TemporaryDirectory() as folder,
        upstream(Behaviour(chunks=TALE, first_token_s=0.1)) as url,
        serve(Path(folder), "--llm-url", url) as server,
    ):
        for name in options.names or known:
            print(asyncio.run(known[name](server, options.voice)), flush=True)


def spoken(server: Served, text: str, number: int = 0) -> Clip:
    """A text as one of the server's voices says it."""
    body = {"text": text, "voice_id": SPEAKERS[number % 4], "sample_rate": 16000, "output_format": "wav"}
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.post(f"{server.url}/waves/v1/tts", json=body, headers=headers, timeout=60).raise_for_status()
    with wave.open(BytesIO(answer.content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
    return Clip(text, text, samples)


def cough(seed: int) -> Clip:
    """Two bursts of noise."""
    rng = np.random.default_rng(seed)
    fade = np.exp(-np.arange(4000) / 900)
    burst = np.convolve(rng.standard_normal(4000), np.ones(3) / 3, "same") * fade * 0.4
    return Clip("(cough)", "", np.concatenate([burst, np.zeros(1500), burst * 0.7]).astype(np.float32))


class Microphone:
    """Sends sound without a break: what is put into it, else silence, and the echo of what is played.

    Attributes:
        sent_s: Seconds of sound that were sent.
    """

    def __init__(self, client: TalkClient, *, delay_s: float | None = None) -> None:
        self._client = client
        self._delay_s = delay_s
        self._said = np.zeros(0, np.float32)
        self.sent_s = 0.0
        self._task = asyncio.create_task(self._run())

    def say(self, samples: Samples) -> float:
        """Speak now; when it begins, by the client's clock."""
        self._said = samples
        return asyncio.get_running_loop().time()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        next_at = clock()
        while True:
            piece = np.zeros(320, np.float32)
            piece[: len(self._said[:320])] = self._said[:320]
            self._said = self._said[320:]
            if self._delay_s is not None:
                piece += self._echo(next_at - self._delay_s)  # by the clock of the sound, late as this loop may be
            await self._client.send(piece, 640)
            self.sent_s += 0.02
            next_at += 0.02
            await asyncio.sleep(max(0.0, next_at - clock()))

    def _echo(self, at: float) -> Samples:
        """What a player of this client played at a time, 20 dB quieter; it begins an answer when its sound comes."""
        sounds = [
            (when, frame)
            for when, frame in zip(self._client.at, self._client.frames, strict=False)
            if frame["type"] == "response.output_audio.delta"
        ]
        found = np.zeros(320, np.float32)
        if sounds:
            response = sounds[-1][1]["response_id"]
            began = next(when for when, frame in sounds if frame["response_id"] == response)
            played = np.frombuffer(self._client.sound(response), "<i2").astype(np.float32) / np.float32(32768)
            place = round(16000 * (at - began))
            if place >= 0:
                heard = 0.1 * played[place : place + 320]
                found[: len(heard)] = heard
        return found


async def answered(client: TalkClient, microphone: Microphone, question: Clip) -> str:
    """Ask; the answer's id once it sounds."""
    before = len(client.of("response.created"))
    microphone.say(question.samples)
    created = await client.wait_for("response.created", before + 1, 30)
    response: str = created["response"]["id"]
    await client.wait(lambda client: client.sound(response), 30)
    return response


async def barge_in(server: Served, voice: str) -> str:
    """See the module."""
    question = spoken(server, QUESTION)
    starts, late, right = [], [], 0
    clips = [spoken(server, text, number + 1) for number, text in enumerate(INTERRUPTIONS)]
    for point in range(POINTS):
        clip = clips[point % len(clips)]
        async with dial(server.url, key=KEY) as client:
            await client.configure(voice=voice, output_audio_sample_rate=16000)
            microphone = Microphone(client)
            response = await answered(client, microphone, question)
            await asyncio.sleep(0.1 + 0.35 * point)
            began = microphone.say(clip.samples) + clip.speech[0]
            await client.wait_for("input_audio_buffer.speech_started", 2, 15)
            place = client.frames.index(client.of("input_audio_buffer.speech_started")[1])
            starts.append(1000 * (client.at[place] - began))
            await client.wait_for("response.created", 2, 15)
            after = client.frames[place:]
            late.append(sum(frame.get("response_id") == response for frame in after))
            heard = client.heard()[-1] or ""
            is_right = _alike(heard, clip.text)
            right += is_right
            if not is_right:
                print(f"  {clip.text} heard as {client.heard()[1:]}", flush=True)
            await microphone.close()
    return (
        f"barge-in at {POINTS} points: told {np.median(starts):.0f} ms (worst {max(starts):.0f}) after speech began;"
        f" frames of the old answer after that: {sum(late)}; next turn right: {right}"
    )


def _alike(heard: str, said: str) -> bool:
    def words(text: str) -> set[str]:
        return {word.strip(".,?!").lower() for word in text.split()}

    return len(words(heard) & words(said)) >= 0.6 * len(words(said))


async def backchannels(server: Served, voice: str) -> str:
    """See the module."""
    question = spoken(server, QUESTION)
    clips = [*(spoken(server, text, number) for number, text in enumerate(BACKCHANNELS)), cough(1), cough(2)]
    survived, lost = 0, []
    async with dial(server.url, key=KEY) as client:
        await client.configure(voice=voice, output_audio_sample_rate=16000)
        microphone = Microphone(client)
        for clip in clips:
            response = await answered(client, microphone, question)
            turns = len(client.of("input_audio_buffer.speech_started"))
            await asyncio.sleep(0.5)
            microphone.say(clip.samples)
            await asyncio.sleep(len(clip.samples) / 16000 + 1.2)
            is_whole = len(client.of("input_audio_buffer.speech_started")) == turns
            survived += is_whole
            if not is_whole:
                await asyncio.sleep(1.0)
                lost.append(f"{clip.name} heard as {client.heard()[-1]!r}")
            await client.tell("response.cancel", response_id=response)
            await asyncio.sleep(0.8)
        await microphone.close()
    return f"backchannels that changed nothing: {survived} of {len(clips)}" + "".join(f"\n  {one}" for one in lost)


async def echo(server: Served, voice: str) -> str:
    """See the module."""
    question = spoken(server, QUESTION)
    told = []
    for delay_s in (0.08, 0.19, 0.3):
        async with dial(server.url, key=KEY) as client:
            await client.configure(voice=voice, output_audio_sample_rate=16000)
            microphone = Microphone(client, delay_s=delay_s)
            await answered(client, microphone, question)
            await asyncio.sleep(12)
            turns = len(client.of("input_audio_buffer.speech_started")) - 1
            await microphone.close()
        heard = "".join(f" ({text!r})" for text in client.heard()[1:])
        told.append(f"{1000 * delay_s:.0f} ms: {turns}{heard}")
    return "turns made of the own echo at -20 dB in 12 s, by delay: " + ", ".join(told)


async def three(server: Served, voice: str) -> str:
    """See the module."""
    question = spoken(server, QUESTION)

    async def one() -> tuple[float, float]:
        async with dial(server.url, key=KEY) as client:
            await client.configure(voice=voice, output_audio_sample_rate=16000)
            microphone = Microphone(client)
            response = await answered(client, microphone, question)
            await asyncio.sleep(10)
            await microphone.close()
            sounds = [
                (when, len(frame["delta"]) * 3 / 4 / 32000)
                for when, frame in zip(client.at, client.frames, strict=True)
                if frame["type"] == "response.output_audio.delta" and frame["response_id"] == response
            ]
            dry_at, gap = sounds[0][0], 0.0
            for when, length_s in sounds:
                gap = max(gap, when - dry_at)
                dry_at = max(dry_at, when) + length_s
            stopped = client.of("input_audio_buffer.speech_stopped")[0]
            return sounds[0][0] - client.at[client.frames.index(stopped)], gap

    found = await asyncio.gather(*(one() for _ in range(3)))
    gaps = ", ".join(f"{1000 * gap:.0f}" for _, gap in found)
    return f"three sessions at once: longest time without sound to play, ms: {gaps}"


if __name__ == "__main__":
    main()
