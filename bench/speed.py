"""How fast the voices are on this machine: work for each second of sound, and time to the first sound.

    python -m bench.speed [--rounds 5] [--json FILE]

The networks run in this process on one worker; the first sound is timed over a WebSocket of a real server that is
otherwise idle. Everything is measured in rounds, voice after voice in each, so that a busy moment of the machine
touches all of them; the medians are printed as a Markdown table.
"""

import argparse
import json
import platform
import re
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from websockets.sync.client import connect
from websockets.sync.connection import Connection

from bench.serving import serve
from openwaves.assembly import load_speaker
from openwaves.cancellation import CancelToken
from openwaves.models.progress import LineProgress
from openwaves.scheduler import available_cores
from openwaves.settings import load_settings
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import SpeechJob

VOICES = (("sophia", "en"), ("magnus", "en"), ("olivia", "en"), ("meher", "hi"))
CLAUSE = {"en": "Yes, of course I can.", "hi": "हाँ, मैं कर सकती हूँ।"}
SENTENCE = {
    "en": "Your order was shipped this morning and will arrive on Friday afternoon.",
    "hi": "आपका ऑर्डर आज सुबह भेज दिया गया है और शुक्रवार दोपहर तक पहुँच जाएगा।",
}
LONG = {language: " ".join([text] * 5) for language, text in SENTENCE.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="times that everything is measured")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args()
    figures: dict[str, list[float]] = defaultdict(list)
    speaker = load_speaker(load_settings(), 1, LineProgress(), lambda line: None)
    with tempfile.TemporaryDirectory() as data, serve(data) as server, connect(server.socket_url) as socket:
        for number in range(options.rounds + 1):
            for voice_id, language in VOICES:
                found = {
                    f"{voice_id} clause": work_ratio(speaker, voice_id, language, CLAUSE[language]),
                    f"{voice_id} long": work_ratio(speaker, voice_id, language, LONG[language]),
                    f"{voice_id} first": first_sound_s(socket, voice_id, language, SENTENCE[language]),
                }
                if number:  # the first round warms up
                    for name, value in found.items():
                        figures[name].append(value)
    print(report(figures))
    if options.json:
        machine = {"cores": available_cores(), "processor": processor(), "python": platform.python_version()}
        options.json.write_text(json.dumps({"machine": machine, "figures": figures}, indent=1), encoding="utf-8")


def work_ratio(speaker: LocalSpeaker, voice_id: str, language: str, text: str) -> float:
    """Seconds of work for one second of sound."""
    voice = Catalogue.load().get(voice_id)
    sound_s = 0.0
    started = time.perf_counter()
    for segment in split(text, speaker.engine(voice).segment_chars):
        job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=0)
        sound_s += speaker.speak(job, CancelToken()).duration_s
    return (time.perf_counter() - started) / sound_s


def first_sound_s(socket: Connection, voice_id: str, language: str, text: str) -> float:
    """From a request on an open socket to its first frame with sound, seconds."""
    body = {"text": text, "voice_id": voice_id, "language": language, "sample_rate": 24000}
    started = time.perf_counter()
    socket.send(json.dumps(body))
    first_s = 0.0
    while (frame := json.loads(socket.recv(60)))["status"] != "complete":
        if frame["status"] == "error":
            raise SystemExit(frame["message"])
        first_s = first_s or time.perf_counter() - started
    return first_s


def report(figures: dict[str, list[float]]) -> str:
    """The medians as a Markdown table."""
    lines = [
        f"{available_cores()} cores, {processor()}; medians of {len(next(iter(figures.values())))} rounds",
        "",
        "| voice (engine) | short clause, one core | long text, one core | first sound, idle server |",
        "|---|---|---|---|",
    ]
    for voice_id, language in VOICES:
        clause, long, first = (statistics.median(figures[f"{voice_id} {name}"]) for name in ("clause", "long", "first"))
        engine = Catalogue.load().get(voice_id).engine
        lines.append(
            f"| {voice_id}, {language} ({engine}) | {1 / clause:.1f}× real time | {1 / long:.1f}× real time "
            f"| {first * 1000:.0f} ms |"
        )
    return "\n".join(lines)


def processor() -> str:
    """The processor's name."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    found = re.search(r"model name\s*: (.*)", text)
    return found[1] if found else platform.machine()


if __name__ == "__main__":
    main()
