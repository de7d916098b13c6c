"""How right live recognition is, and what it costs: clips are played to the state machine on a virtual clock.

    python -m bench.listening.replay FOLDER [--wait 0.3] [--finalize] [--max-words 10] [--starts 1]

Sound arrives in real time; a decode ends after the processor time that it takes here, hearings of the same side by side
on two cores. Times of finals count from the end of speech in the clip, those of first interims from its beginning; each
clip has half a second of near silence before and 1.5 s behind it. ``--finalize`` stops the sound at the end of speech
and asks for a final at once. What is heard changes with the place of a clip's first sample: ``--starts 6`` plays each
from six places and gives the mean. ``--speed 2`` pretends that decodes take half as long as here.

Beside it stand the same sound as a file, cut where nobody speaks, and a single decode of the whole clip without the
silence around it. FOLDER holds sound files and ``clips.tsv`` (a file's name, a tab, what is said).
"""

import argparse
import time
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bench.listening.clips import RATE, Clip, read_clips
from bench.quality.folding import words
from bench.words import distance
from openwaves.models.store import ModelStore
from openwaves.settings import load_settings
from openwaves.stt.activity import FRAME_SAMPLES, SileroActivity, load_network
from openwaves.stt.decodes import hear, most_hearings, surest
from openwaves.stt.ear import Ear
from openwaves.stt.engines.base import Recogniser
from openwaves.stt.engines.moonshine import Moonshine, prepare
from openwaves.stt.listening import (
    Close,
    Decoded,
    Event,
    Finalize,
    Frame,
    Rules,
    SendFinal,
    SendInterim,
    StartDecode,
    State,
    StopDecode,
    step,
)
from openwaves.stt.pieces import Cutter
from openwaves.stt.transcript import Transcript
from openwaves.types import Samples

BEFORE_S, BEHIND_S = 0.5, 1.5
N_CORES = 2
LATER_S = 0.047
"""So much later each start of a clip is; no multiple of a frame."""


@dataclass
class Hearings:
    """A decode under way: what each hearing of it gives, and when."""

    action: StartDecode
    began: float
    heard: list[tuple[float, Transcript]]

    def result(self, now: float) -> Transcript:
        (_, first), *others = self.heard
        return surest(self.action, first, [transcript for at, transcript in others if at <= now])


@dataclass
class Replay:
    """One clip on its way through a session.

    Attributes:
        speed: How much faster than here decodes are.
        finals: Words that were sent as final, and when.
        interims: Interim texts, and when.
        busy_s: Seconds of decoding, stopped decodes included.
        changed: Words of interims that were taken back.
    """

    recogniser: Recogniser
    sound: np.ndarray
    rules: Rules
    speed: float = 1.0
    finals: list[tuple[str, float]] = field(default_factory=list)
    interims: list[tuple[str, float]] = field(default_factory=list)
    busy_s: float = 0.0
    n_decodes: int = 0

    def __post_init__(self) -> None:
        self._state = State(self.rules)
        self._now = 0.0
        self._under_way: Hearings | None = None

    def take(self, event: Event) -> None:
        self._state, actions = step(self._state, event)
        for action in actions:
            if isinstance(action, StartDecode):
                self._decode(action)
            elif isinstance(action, StopDecode):
                self._under_way = None
            elif isinstance(action, SendFinal):
                self.finals.append((" ".join(word.text for word in action.words), self._now))
            elif isinstance(action, SendInterim) and action.words:
                self.interims.append((" ".join(word.text for word in action.words), self._now))

    def _decode(self, action: StartDecode) -> None:
        hearings, at = [], [self._now] * N_CORES
        for number in range(most_hearings(action)):
            began = time.thread_time()
            transcript = hear(self.recogniser, action, self.sound[action.start : action.end], "en", number)
            took_s = (time.thread_time() - began) / self.speed
            self.busy_s += took_s
            at.sort()
            at[0] += took_s
            hearings.append((at[0], transcript))
        self.n_decodes += len(hearings)
        self._under_way = Hearings(action, self._now, hearings)

    def pass_to(self, moment: float) -> None:
        """Let decodes end that end before a moment; all, while a final is waited for."""
        while self._under_way is not None and (self._ends_at <= moment or self._state.is_waiting):
            under_way, self._now = self._under_way, max(self._now, self._ends_at)
            self._under_way = None
            took_s = under_way.heard[0][0] - under_way.began
            self.take(Decoded(under_way.action.id, under_way.result(self._now), took_s))
        self._now = max(self._now, moment)

    @property
    def _ends_at(self) -> float:
        """When the decode under way ends: with its first hearing, if it is in a hurry."""
        assert self._under_way is not None
        times = [at for at, _ in self._under_way.heard]
        return times[0] if self._state.is_in_a_hurry else max(times)


@dataclass
class Sums:
    """Over all clips."""

    n_words: int = 0
    errors: int = 0
    file_errors: int = 0
    whole_errors: int = 0
    busy_s: float = 0.0
    sound_s: float = 0.0
    n_decodes: int = 0
    n_finals: int = 0
    final_s: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)


@dataclass
class Player:
    """Plays clips to sessions.

    Attributes:
        network: Of the detector.
        finalize: The sound stops at the end of speech, and a final is asked for.
        speed: How much faster than here decodes are.
    """

    recogniser: Moonshine
    network: Any
    rules: Rules
    finalize: bool
    speed: float
    sums: Sums = field(default_factory=Sums)

    def play(self, clip: Clip, later_s: float) -> str:
        """Play one clip, begun a little later; what was heard: live, as a file, and of the whole."""
        noise = np.random.default_rng(0)
        begin_s, end_s = clip.speech
        before_s = BEFORE_S + later_s
        quiet = [noise.standard_normal(round(seconds * RATE)) * 1e-5 for seconds in (before_s, BEHIND_S)]
        said = clip.samples[: round(end_s * RATE)] if self.finalize else clip.samples
        sound = np.concatenate([quiet[0], said, quiet[1][: 0 if self.finalize else None]]).astype(np.float32)
        replay = self._live(sound)
        finals = [row for row in replay.finals if row[0]]
        heard = " ".join(text for text, _ in finals)
        file = self._as_file(sound)
        later = np.concatenate([quiet[0][: round(later_s * RATE)], clip.samples]).astype(np.float32)
        is_short = len(later) < self.recogniser.longest_s * RATE
        whole = self.recogniser.transcribe(later, "en").text if is_short else ""
        sums, said_words = self.sums, words(clip.text)
        sums.n_words += len(said_words)
        sums.errors += distance(said_words, words(heard))
        sums.file_errors += distance(said_words, words(file))
        sums.whole_errors += distance(said_words, words(whole))
        sums.busy_s += replay.busy_s
        sums.sound_s += len(sound) / RATE
        sums.n_decodes += replay.n_decodes
        sums.n_finals += len(finals)
        if finals:
            sums.final_s.append(finals[-1][1] - before_s - end_s)
        if replay.interims:
            sums.first_s.append(replay.interims[0][1] - before_s - begin_s)
        return f"{heard}\n  {file}\n  {whole}"

    def _live(self, sound: Samples) -> Replay:
        replay = Replay(self.recogniser, sound, self.rules, self.speed)
        ear = Ear(SileroActivity(self.network))
        for n, probability in enumerate(ear.judge(ear.frames(sound)), 1):
            replay.pass_to(n * FRAME_SAMPLES / RATE)
            replay.take(Frame(probability))
        replay.pass_to(len(sound) / RATE)
        replay.take(Finalize(len(sound)) if self.finalize else Close(len(sound)))
        replay.pass_to(len(sound) / RATE)
        return replay

    def _as_file(self, sound: Samples) -> str:
        cutter = Cutter(SileroActivity(self.network))
        pieces = [*cutter.feed(sound), *cutter.finish()]
        return " ".join(self.recogniser.transcribe(piece.samples, "en").text for piece in pieces)


def tell(sums: Sums) -> str:
    """The figures in a few lines."""
    p50, p95 = (np.percentile(sums.final_s, q) * 1000 for q in (50, 95))
    first = [np.percentile(sums.first_s, q) * 1000 for q in (50, 95)]
    return (
        f"{sums.sound_s:.0f} s of sound, {sums.n_words} words\n"
        f"word errors live {100 * sums.errors / sums.n_words:.2f} %,"
        f" as a file {100 * sums.file_errors / sums.n_words:.2f} %,"
        f" in one decode {100 * sums.whole_errors / sums.n_words:.2f} %\n"
        f"final after the end of speech p50 {p50:.0f} p95 {p95:.0f} ms\n"
        f"first interim after its beginning p50 {first[0]:.0f} p95 {first[1]:.0f} ms\n"
        f"decodes {sums.n_decodes / sums.sound_s:.2f} a second, {sums.busy_s / sums.sound_s:.3f} s a second of sound"
    )


def main() -> None:
    """Play all clips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wait", type=float, default=0.3)
    parser.add_argument("--max-words", type=int, default=10)
    parser.add_argument("--starts", type=int, default=1, help="places from which each clip is played")
    parser.add_argument("--speed", type=float, default=1.0, help="of decodes, against this machine's")
    parser.add_argument("--finalize", action="store_true")
    parser.add_argument("--show", action="store_true", help="print what was heard")
    options = parser.parse_args()
    folder = ModelStore(load_settings().model_dir).root
    recogniser = Moonshine.load(prepare(folder / "moonshine" / "base"))
    network = load_network(folder / "activity" / "silero_vad_16k_op15.onnx")
    rules = Rules(final_wait_s=options.wait, ended_wait_s=options.wait, max_words=options.max_words or None)
    player = Player(recogniser, network, rules, options.finalize, options.speed)
    for clip, number in product(read_clips(options.folder), range(options.starts)):
        heard = player.play(clip, number * LATER_S)
        if options.show:
            print(f"{clip.name}\n  {clip.text}\n  {heard}")
    print(tell(player.sums))


if __name__ == "__main__":
    main()
