"""A scripted talk that goes on and on: is every turn answered once, does nothing grow, does no clock drift?

    python -m bench.long_talk [--minutes 30] [--tone] [--local]

One session on a real server; a microphone that never stops. Over and over: a question that is heard to its end; one
whose answer is interrupted; one with a "yeah, okay" in its answer; one whose answer is cancelled; one that calls a
function, whose result is answered. Told every minute: turns, what was answered twice or not at all, resident memory,
threads, and how far the server's time of a turn's beginning is from the microphone's own. ``--tone`` whistles and
speaks in tones, ``--local`` asks the embedded model in the place of a scripted one (which then calls no function).
"""

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tests.llm.upstream import Behaviour, upstream
from tests.talking import TalkClient, dial

from bench.interruptions import TALE, Microphone, spoken
from bench.listening.clips import Clip
from bench.serving import KEY, Served, serve
from openwaves.stt.engines.tone import whistle

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SHORT = [{"content": "It opens at nine o'clock in the morning."}]
LINES = {
    "question": ("When does the museum open?", "book the table please"),
    "stop": ("Please stop talking now.", "no thank you"),
    "listening": ("Yeah, okay.", "yes"),
    "weather": ("What is the weather in Paris?", "weather in Paris please"),
}


@dataclass
class Count:
    """What happened.

    Attributes:
        turns: What the user said.
        wrong: What was answered twice, not at all, or otherwise than it should.
        drifts: Seconds between the server's and the microphone's time of a turn's beginning.
    """

    turns: int = 0
    wrong: list[str] = field(default_factory=list)
    drifts: list[float] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Something is wrong."""
        self.wrong.append(what)
        print(f"turn {self.turns}: {what}", flush=True)


def main() -> None:
    """Talk."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--tone", action="store_true")
    parser.add_argument("--local", action="store_true")
    options = parser.parse_args()
    behaviour = Behaviour(chunks=SHORT)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        more = ["--engine", "tone"] if options.tone else []
        if not options.local:
            more += ["--llm-url", stack.enter_context(upstream(behaviour))]
        server = stack.enter_context(serve(Path(folder), *more))
        lines = {
            name: Clip(name, tone, whistle(tone)) if options.tone else spoken(server, text)
            for name, (text, tone) in LINES.items()
        }
        asyncio.run(talk(server, behaviour, lines, 60 * options.minutes))


async def talk(server: Served, behaviour: Behaviour, lines: dict[str, Clip], length_s: float) -> None:
    """The talk, and a line for each minute."""
    process, count = psutil.Process(server.pid), Count()
    began = told_at = time.monotonic()
    async with dial(server.url, key=KEY) as client:
        await client.configure(voice="aria", tools=[WEATHER], output_audio_sample_rate=16000)
        script = Script(client, behaviour, lines, count)
        while time.monotonic() - began < length_s:
            for act in (script.question, script.interrupted, script.listened, script.cancelled, script.tool):
                await act()
            if time.monotonic() - told_at > 60 or time.monotonic() - began >= length_s:
                told_at = time.monotonic()
                drift = f"{1000 * count.drifts[-1]:.0f}" if count.drifts else "–"
                print(
                    f"{(told_at - began) / 60:5.1f} min: {count.turns} turns, {len(count.wrong)} wrong,"
                    f" {process.memory_info().rss / 1e6:.0f} MB, {process.num_threads()} threads, drift {drift} ms",
                    flush=True,
                )
        await script.microphone.close()


class Script:
    """The acts. Each leaves the talk quiet."""

    def __init__(self, client: TalkClient, behaviour: Behaviour, lines: dict[str, Clip], count: Count) -> None:
        self.microphone = Microphone(client)
        self._client = client
        self._behaviour = behaviour
        self._lines = lines
        self._count = count

    async def question(self) -> None:
        """A question, heard to its end."""
        await self._ask("question", SHORT)
        await self._over("completed")

    async def interrupted(self) -> None:
        """An answer that is cut by a turn."""
        await self._ask("question", TALE)
        await self._sounds()
        await asyncio.sleep(1.0)
        await self._ask("stop", SHORT)
        await self._over("cancelled", "completed")

    async def listened(self) -> None:
        """An answer beside which somebody shows that he listens."""
        await self._ask("question", TALE[:3])
        await self._sounds()
        await asyncio.sleep(0.5)
        self.microphone.say(self._lines["listening"].samples)
        await self._over("completed")

    async def cancelled(self) -> None:
        """An answer that the client cancels."""
        await self._ask("question", TALE)
        await self._sounds()
        await self._client.tell("response.cancel")
        await self._over("cancelled")

    async def tool(self) -> None:
        """A question that needs a function."""
        call = {
            "index": 0,
            "id": f"call_{uuid.uuid4().hex}",
            "type": "function",
            "function": {"name": "get_weather", "arguments": json.dumps({"city": "Paris"})},
        }
        await self._ask("weather", [{"tool_calls": [call]}], "tool_calls")
        done = await self._done()
        calls = [item["call_id"] for item in done["output"] if item["type"] == "function_call"] if done else []
        self._behaviour.chunks, self._behaviour.finish = SHORT, "stop"
        for call_id in calls:
            await self._client.create(type="function_call_output", call_id=call_id, output="Sunny, 21 degrees.")
        if calls:
            await self._client.tell("response.create")
        await self._over(*["completed"] * (1 + bool(calls)))

    async def _ask(self, line: str, chunks: list[dict[str, Any]], finish: str = "stop") -> None:
        client, clip = self._client, self._lines[line]
        self._behaviour.chunks, self._behaviour.finish = chunks, finish
        before = len(client.of("input_audio_buffer.speech_started"))
        at_s = self.microphone.sent_s + clip.speech[0]
        self.microphone.say(clip.samples)
        self._count.turns += 1
        try:
            started = await client.wait_for("input_audio_buffer.speech_started", before + 1)
            await client.wait_for("input_audio_buffer.speech_stopped", before + 1)
        except AssertionError as error:
            self._count.note(f"{line}: {error}")
        else:
            self._count.drifts.append(started["audio_start_ms"] / 1000 - at_s)

    async def _sounds(self) -> None:
        before = len(self._client.frames)
        try:
            await self._client.wait(
                lambda client: "response.output_audio.delta" in client.kinds(before) or client.is_answering, 20
            )
        except AssertionError as error:
            self._count.note(f"no sound: {error}")

    async def _done(self) -> dict[str, Any] | None:
        try:
            return (await self._client.wait_for("response.done", limit_s=60))["response"]  # type: ignore[no-any-return]
        except AssertionError as error:
            self._count.note(f"no end: {error}")
            return None

    async def _over(self, *statuses: str) -> None:
        """Wait for the ends that are due, for the sound to be heard, and a moment for what must not come."""
        client = self._client
        try:
            await client.wait_for("response.done", len(statuses), 60)
        except AssertionError as error:
            self._count.note(f"no end: {error}")
        done = client.of("response.done")
        if done and done[-1]["response"]["status"] == "completed":
            await asyncio.sleep(len(client.sound(done[-1]["response"]["id"])) / 32000)
        await asyncio.sleep(1.2)
        found = tuple(frame["response"]["status"] for frame in client.of("response.done"))
        if found != statuses:
            heard = [text for text in client.heard() if text]
            self._count.note(f"answers ended as {found}, due were {statuses}; heard {heard}")
        client.forget()


if __name__ == "__main__":
    main()
