"""How long a spoken question waits for its spoken answer, stage by stage.

    python -m bench.conversation [--turns 12] [--clips FOLDER] [--plot docs/conversation.png] [--json FILE]

Starts a server and talks to it over its socket: recorded questions, each sent as it is spoken, 20 ms at a time, with
the silence of a microphone behind it. The wait counts from the true end of speech (the last 10 ms of the recording that
are not silent) to the arrival of the first frame of the answer's sound. The stages come from the server's own trace, on
the same clock. Questions: spoken by voices of this server, or ``--clips`` (a folder with ``clips.tsv``: a file, a tab,
its text). Three set-ups: the embedded model with the quickest voice and with a Kokoro voice, and a server of another
model that answers its first token after 100 ms. Every answer is cut 1.2 s after it began to sound.
"""

import argparse
import asyncio
import json
import tempfile
import wave
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.llm.upstream import Behaviour, upstream
from tests.talking import TalkClient, dial, silence

from bench.listening.clips import Clip, read_clips
from bench.serving import KEY, Served, serve
from bench.speed import processor
from openwaves.scheduler import available_cores
from openwaves.types import Samples

QUESTIONS = (
    "What is the capital of France?",
    "Can you recommend a good book for the weekend?",
    "How do I make a simple tomato soup?",
    "What time does the museum usually open?",
    "Why is the sky blue?",
    "Could you tell me a short joke?",
    "How many days are there in a leap year?",
    "What should I wear when it is cold outside?",
    "Which planet is the largest one?",
    "I would like to book a table for two, please.",
    "Do you think it will rain tomorrow?",
    "What is a good name for a small dog?",
)
SPEAKERS = ("emily", "daniel", "olivia", "robert")
INSTRUCTIONS = (
    "You are Maya, the friendly assistant of a small travel agency. Answer in one or two short spoken sentences. You"
    " know a little about cities, weather, food and books, and you never mention that you are a computer."
)
STAGES = ("quiet_ms", "decided_ms", "first_token_ms", "first_clause_ms", "first_sound_ms")
NAMES = {
    "quiet_ms": "silence is noticed",
    "decided_ms": "turn is over",
    "first_token_ms": "first token",
    "first_clause_ms": "first clause",
    "first_sound_ms": "first sound",
}
HEARD_S = 1.2
QUIET_S = 6.0


@dataclass
class SetUp:
    """What is measured together.

    Attributes:
        name: For people.
        voice: Who answers.
        waits_ms: True end of speech to first sound, of each turn.
        traces: What the server tells of each turn.
        missed: Turns without an answer.
    """

    name: str
    voice: str
    waits_ms: list[float] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)
    missed: int = 0


def main() -> None:
    """Measure, print and plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=len(QUESTIONS), help="questions of each set-up")
    parser.add_argument("--clips", type=Path, help="folder of recorded questions")
    parser.add_argument("--only", nargs="*", default=["hibari", "kokoro", "upstream"], help="set-ups")
    parser.add_argument("--plot", type=Path, help="PNG to write")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        local = stack.enter_context(serve(Path(folder) / "local"))
        clips = read_clips(options.clips) if options.clips else spoken(local)
        asked = [clips[number % len(clips)] for number in range(options.turns)]
        for name, voice in (("hibari", "aria"), ("kokoro", "sterling")):
            if name in options.only:
                found.append(asyncio.run(measure(local, SetUp(f"embedded model, {name}", voice), asked)))
        stack.close()
        if "upstream" in options.only:
            behaviour = Behaviour(first_token_s=0.1)
            with upstream(behaviour) as url, serve(Path(folder) / "other", "--llm-url", url) as other:
                found.append(asyncio.run(measure(other, SetUp("first token after 100 ms, hibari", "aria"), asked)))
    print(report(found))
    if options.json:
        told = [{"name": one.name, "waits_ms": one.waits_ms, "traces": one.traces} for one in found]
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    if options.plot:
        plot(found, options.plot)


def spoken(server: Served) -> list[Clip]:
    """The questions, spoken by voices of the server."""
    clips = []
    for number, text in enumerate(QUESTIONS):
        body = {
            "text": text,
            "voice_id": SPEAKERS[number % len(SPEAKERS)],
            "sample_rate": 16000,
            "output_format": "wav",
        }
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = httpx.post(f"{server.url}/waves/v1/tts", json=body, headers=headers, timeout=60).raise_for_status()
        with wave.open(BytesIO(answer.content)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
        clips.append(Clip(f"{number}.wav", text, samples))
    return clips


async def measure(server: Served, setup: SetUp, clips: Sequence[Clip]) -> SetUp:
    """Ask everything in one session, once the instructions have been read."""
    async with dial(server.url, key=KEY) as client:
        await client.configure(voice=setup.voice, instructions=INSTRUCTIONS, trace=True)
        await ask(client, clips[0].samples, warms_up=True)
        for clip in clips:
            end_s = clip.speech[1]
            wait_s = await ask(client, clip.samples, end_s)
            if wait_s is None:
                setup.missed += 1
            else:
                setup.waits_ms.append(1000 * wait_s)
    setup.traces = [frame["trace"] for frame in client.of("response.trace")][1:]
    return setup


async def ask(client: TalkClient, samples: Samples, end_s: float = 0.0, *, warms_up: bool = False) -> float | None:
    """Speak a question and hear the beginning of its answer; seconds from the end of speech to the first sound."""
    first = len(client.frames)
    speaking = asyncio.create_task(client.pace(np.concatenate([silence(0.3), samples, silence(QUIET_S)])))
    began = asyncio.get_running_loop().time()

    def sounds(client: TalkClient) -> list[int]:
        kinds = client.kinds(first)
        return [place for place, kind in enumerate(kinds, first) if kind == "response.output_audio.delta"]

    try:
        await client.wait(lambda client: bool(sounds(client)), 120 if warms_up else 15)
    except AssertionError:
        return None
    finally:
        await asyncio.sleep(HEARD_S)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await client.tell("response.cancel")
        await asyncio.sleep(0.4)
    return client.at[sounds(client)[0]] - began - 0.3 - end_s


def report(found: Sequence[SetUp]) -> str:
    """A Markdown table."""
    lines = [f"{available_cores()} cores, {processor()}", ""]
    lines += ["| median, ms (95 %) after the end of speech | " + " | ".join(one.name for one in found) + " |"]
    lines += ["|---" * (len(found) + 1) + "|"]
    for stage in STAGES[:-1]:
        lines.append(f"| {NAMES[stage]} | " + " | ".join(_both(_values(one, stage)) for one in found) + " |")
    lines.append(
        "| **first sound, at the client** | " + " | ".join(f"**{_both(one.waits_ms)}**" for one in found) + " |"
    )
    lines.append("| turns (unanswered) | " + " | ".join(f"{len(one.waits_ms)} ({one.missed})" for one in found) + " |")
    return "\n".join(lines)


def _values(one: SetUp, stage: str) -> list[float]:
    return [trace[stage] for trace in one.traces if trace.get(stage) is not None]


def _both(values: Sequence[float]) -> str:
    return f"{np.percentile(values, 50):.0f} ({np.percentile(values, 95):.0f})" if len(values) else "–"


def plot(found: Sequence[SetUp], path: Path) -> None:
    """The medians of the stages as bars, and each turn's wait as a dot."""
    from matplotlib import pyplot  # noqa: PLC0415 - only here
    from matplotlib.patches import Patch  # noqa: PLC0415

    figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.9 * len(found)), layout="constrained")
    colours = ("0.75", "tab:blue", "tab:purple", "tab:orange", "tab:green")
    for row, one in enumerate(found):
        before = 0.0
        medians = [float(np.median(_values(one, stage) or [0.0])) for stage in STAGES]
        for colour, at in sorted(zip(colours, medians, strict=True), key=lambda entry: entry[1]):
            axes.barh(row, max(0.0, at - before), left=before, color=colour, height=0.5)
            before = max(before, at)
        axes.plot(one.waits_ms, np.full(len(one.waits_ms), row + 0.36), "k.", markersize=4, alpha=0.6)
    handles = [Patch(color=colour) for colour in colours]
    axes.legend(handles, [f"until: {NAMES[stage]}" for stage in STAGES], fontsize=8, loc="lower right")
    axes.set(yticks=range(len(found)), yticklabels=[one.name for one in found], xlim=(0, None))
    axes.set_xlabel("ms after the true end of the user's speech; dots: first sound at the client, turn by turn")
    axes.invert_yaxis()
    figure.suptitle(
        f"From a spoken question to its spoken answer, {available_cores()} cores, {processor()}", fontsize=10
    )
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
