"""The state machine of a live session, against a world that knows what was said."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.stt.activity import FRAME_SAMPLES
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening import (
    CUT,
    Action,
    AskTurn,
    Close,
    Decoded,
    Event,
    Finalize,
    Frame,
    Idle,
    Rules,
    SendEnded,
    SendFinal,
    SendInterim,
    SendLast,
    SendStarted,
    Skipped,
    StartDecode,
    State,
    StopDecode,
    Turn,
    step,
)
from openwaves.stt.transcript import Transcript, Word

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE


@dataclass
class World:
    """A session, its client and a recogniser that hears what the script says.

    Speech is a list of frames, True where somebody speaks. Each ``word_frames`` of speech are a word, called after the
    number of its first frame. The recogniser hears a word whose first frame it gets, and takes the last one of a
    sound that ends amid speech for another word.
    """

    rules: Rules
    word_frames: int = 8
    state: State = field(init=False)
    speech: list[bool] = field(default_factory=list)
    sent: list[Action] = field(default_factory=list)
    running: StartDecode | None = None
    questions: list[AskTurn] = field(default_factory=list)
    latency: int = 1
    finalizes: int = 0
    closed: bool = False

    def __post_init__(self) -> None:
        self.state = State(self.rules)

    def take(self, event: Event) -> None:
        before = self.state
        self.state, actions = step(self.state, event)
        assert not before.is_over or not actions
        for action in actions:
            if isinstance(action, StartDecode):
                assert self.running is None, "two decodes at once"
                assert 0 <= action.start < action.end
                assert before.needed_from <= action.start or before.segment is None
                assert action.end - action.start <= (self.rules.longest_s + 1) * SAMPLE_RATE
                assert action.hearings == (self.rules.hearings if action.is_final else 1)
                self.running = action
            elif isinstance(action, StopDecode):
                assert self.running is not None
                assert self.running.id == action.id
                self.running = None
            elif isinstance(action, AskTurn):
                assert before.rules.asks_turn
                assert before.needed_from <= action.start < action.end
                self.questions.append(action)
            else:
                self.sent.append(action)
        assert self.state.needed_from >= before.needed_from
        assert not self.state.is_waiting or self.running is not None

    def hear(self, probability: float) -> None:
        """One frame, once no final is waited for."""
        self.settle()
        self.speech.append(probability > 0.5)
        self.take(Frame(probability))

    def settle(self) -> None:
        """The decode under way ends, if the session waits for it."""
        while self.state.is_waiting:
            self.finish()

    def finish(self) -> None:
        """The decode under way ends."""
        decode, self.running = self.running, None
        if decode is not None:
            self.take(Decoded(decode.id, self.transcribe(decode), 0.05))

    def skip(self) -> None:
        """The decode under way comes too late."""
        if self.running is not None and self.running.kind == "interim":
            decode, self.running = self.running, None
            self.take(Skipped(decode.id))

    def answer(self, *, is_over: bool) -> None:
        """The oldest question is answered."""
        if self.questions:
            self.take(Turn(self.questions.pop(0).at, is_over))

    def words(self, start: int = 0, end: int | None = None) -> list[tuple[int, float, float]]:
        """Number, start and end in seconds of the words that begin from one position to another."""
        found, run = [], 0
        for n, is_voice in enumerate(self.speech):
            if is_voice and run % self.word_frames == 0:
                found.append((n, n * FRAME_S, (n + 1) * FRAME_S))
            elif is_voice:
                found[-1] = (*found[-1][:2], (n + 1) * FRAME_S)
            run = run + 1 if is_voice else 0
        last = self.state.now if end is None else end
        return [word for word in found if start <= word[0] * FRAME_SAMPLES < last]

    def transcribe(self, decode: StartDecode) -> Transcript:
        start_s = decode.start / SAMPLE_RATE
        words = [(n, s - start_s, e - start_s) for n, s, e in self.words(decode.start, decode.end)]
        tokens = [n for n, _, _ in words]
        ends_amid = decode.end <= self.state.now and self.speech[decode.end // FRAME_SAMPLES - 1]
        if ends_amid and tokens and decode.kind != "final":
            tokens[-1] += 100_000
        tokens = [*decode.prefix, *tokens[len(decode.prefix) :]]
        assert len(tokens) == len(words)
        made = [Word(str(token), s, e) for token, (_, s, e) in zip(tokens, words, strict=True)]
        return Transcript(tuple(made), "en", tuple(tokens))

    @property
    def finals(self) -> list[SendFinal]:
        return [action for action in self.sent if isinstance(action, SendFinal)]

    def check(self) -> None:
        """The invariants, over all that was sent."""
        finals = self.finals
        said = [word.text for final in finals for word in final.words]
        known = [str(n) for n, _, _ in self.words()]
        assert said == known[: len(said)], "a final word was changed, lost or sent twice"
        if self.closed:
            assert said == known, "words were lost"
        assert sum(final.from_finalize for final in finals) == self.finalizes
        times = [word.start_s for final in finals for word in final.words]
        assert times == sorted(times)
        lasts = [n for n, action in enumerate(self.sent) if isinstance(action, SendLast)]
        assert lasts == ([len(self.sent) - 1] if self.closed else [])
        is_speaking = False
        for action in self.sent:
            if isinstance(action, SendStarted):
                assert not is_speaking
                is_speaking = True
            elif isinstance(action, SendEnded):
                assert is_speaking
                is_speaking = False
            elif isinstance(action, SendInterim | SendFinal) and action.words:
                assert is_speaking, "words outside of speech"


def run(world: World, speech: Sequence[bool], *, latency: int = 3) -> None:
    """Speech in real time: each decode takes ``latency`` frames."""
    left = latency
    for is_voice in speech:
        world.hear(0.9 if is_voice else 0.05)
        left = left - 1 if world.running else latency
        if left <= 0:
            world.finish()
            left = latency


def frames(*parts: float) -> list[bool]:
    """Speech and silence in turns, in seconds; speech first."""
    return [n % 2 == 0 for n, part in enumerate(parts) for _ in range(round(part / FRAME_S))]


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("speech"), st.integers(1, 60)),
        st.tuples(st.just("silence"), st.integers(1, 60)),
        st.tuples(st.just("doubt"), st.integers(1, 4)),
        st.tuples(st.just("finish"), st.just(0)),
        st.tuples(st.just("skip"), st.just(0)),
        st.tuples(st.just("finalize"), st.integers(0, 511)),
        st.tuples(st.just("idle"), st.integers(0, 12)),
        st.tuples(st.just("turn"), st.integers(0, 1)),
    ),
    max_size=40,
)
RULES = st.builds(
    Rules,
    final_wait_s=st.sampled_from([0.1, 0.3, 0.6, 0.8, 2.0]),
    ended_wait_s=st.just(2.0),
    max_words=st.sampled_from([None, 1, 3, 10]),
    min_speech_s=st.just(0.032),
    longest_s=st.sampled_from([3.0, 6.0, 24.0]),
    asks_turn=st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(rules=RULES, script=EVENTS, word_frames=st.integers(3, 12), ended=st.booleans())
def test_random_sessions_keep_every_invariant(
    rules: Rules, script: list[tuple[str, int]], word_frames: int, ended: bool
) -> None:
    world = World(rules if ended else replace(rules, ended_wait_s=rules.final_wait_s), word_frames)
    for what, n in script:
        if what in ("speech", "silence"):
            for _ in range(n):
                world.hear(0.9 if what == "speech" else 0.05)
        elif what == "doubt":  # too little to begin speech, enough to go on
            for _ in range(n):
                world.settle()
                if world.state.is_speaking and world.state.onset:
                    world.speech.append(True)
                    world.take(Frame(0.4))
                else:
                    world.hear(0.4)
        elif what == "finish":
            world.finish()
        elif what == "skip":
            world.skip()
        elif what == "turn":
            world.answer(is_over=bool(n))
        elif what == "idle":
            world.settle()
            world.take(Idle(n / 2))
        else:
            world.settle()
            world.finalizes += 1
            world.take(Finalize(world.state.now + n))
        world.settle()
        world.check()
    world.take(Close(world.state.now))
    world.settle()
    world.closed = True
    world.check()
    assert world.running is None


def test_a_final_goes_out_after_the_wait_and_before_the_end_of_speech() -> None:
    world = World(Rules(final_wait_s=0.3, ended_wait_s=0.3))
    run(world, frames(1.5, 0.6))
    kinds = [type(action) for action in world.sent if not isinstance(action, SendInterim)]
    assert kinds == [SendStarted, SendFinal, SendEnded]
    assert any(isinstance(action, SendInterim) and action.words for action in world.sent)


def test_the_final_decode_is_ready_when_the_wait_ends() -> None:
    world = World(Rules(final_wait_s=0.3, ended_wait_s=0.3))
    run(world, frames(1.5, 0.2))
    assert world.state.ready is not None
    assert not world.finals
    run(world, frames(0.0, 0.128))
    assert len(world.finals) == 1


def test_what_is_waited_for_and_what_speech_has_overtaken_hurries() -> None:
    world = World(Rules(final_wait_s=0.6, ended_wait_s=0.6))
    run(world, frames(1.5, 0.16), latency=99)
    assert world.running is not None
    assert world.running.is_final
    assert not world.state.is_in_a_hurry
    overtaken = step(world.state, Frame(0.9))[0]
    assert overtaken.is_in_a_hurry
    world.take(Finalize(world.state.now))
    assert world.state.is_in_a_hurry


def test_a_decode_begun_in_a_hesitation_is_no_final() -> None:
    world = World(Rules(final_wait_s=0.3, ended_wait_s=0.3))
    run(world, frames(1.5, 0.2, 0.5, 0.25))
    assert world.state.ready is not None
    assert world.state.ready.end >= world.state.last_voice
    assert not world.finals


def test_a_short_silence_makes_a_final_but_cuts_no_sound() -> None:
    world = World(Rules(final_wait_s=0.3, ended_wait_s=0.3))
    run(world, frames(1.5, 0.5, 1.5))
    assert len(world.finals) == 1
    assert world.state.segment is not None
    assert world.state.segment.prefix
    assert world.state.segment.start < SAMPLE_RATE
    run(world, frames(0.0, CUT / SAMPLE_RATE + 0.1))
    assert world.state.segment is None


def test_words_become_final_while_speech_goes_on() -> None:
    world = World(Rules(max_words=5))
    run(world, frames(10.0))
    sizes = [len(final.words) for final in world.finals]
    assert len(sizes) >= 5
    assert max(sizes) <= 8
    assert world.state.segment is not None
    assert world.state.segment.start == 0


def test_without_word_finals_only_silence_makes_them() -> None:
    world = World(Rules(max_words=None))
    run(world, frames(10.0))
    assert not world.finals
    run(world, frames(0.0, 0.7))
    assert len(world.finals) == 1


def test_speech_without_a_pause_is_split_and_loses_nothing() -> None:
    world = World(Rules(longest_s=6.0))
    run(world, frames(60.0), latency=8)
    world.take(Close(world.state.now))
    world.settle()
    world.closed = True
    world.check()


def test_a_burst_is_cut_into_finals_of_about_the_asked_length() -> None:
    world = World(Rules(max_words=5))
    for _ in frames(10.0):
        world.hear(0.9)
    world.take(Finalize(world.state.now))
    world.finalizes = 1
    world.settle()
    world.check()
    assert max(len(final.words) for final in world.finals) <= 8
    assert [final.from_finalize for final in world.finals][-1:] == [True]
    assert [final.more for final in world.finals] == [True] * (len(world.finals) - 1) + [False]


@dataclass
class Misheard(World):
    """The first decodes hear so many words that nobody said."""

    n_wrong: tuple[int, ...] = (5,)

    def transcribe(self, decode: StartDecode) -> Transcript:
        if decode.id > len(self.n_wrong):
            return super().transcribe(decode)
        tokens = range(-self.n_wrong[decode.id - 1], 0)
        return Transcript(tuple(Word(f"other {token}", 0.0, 0.1) for token in tokens), "en", tuple(tokens))

    @property
    def shown(self) -> list[list[str]]:
        return [[word.text for word in action.words] for action in self.sent if isinstance(action, SendInterim)]


def test_what_was_misheard_stays_until_there_are_more_words_that_were_said() -> None:
    world = Misheard(Rules(max_words=None), word_frames=4)
    run(world, frames(2.0))
    wrong, *later = (texts for texts in world.shown if texts)
    assert wrong == [f"other {token}" for token in range(-5, 0)]
    assert len(later) > 2
    assert all(len(texts) >= 5 for texts in later)
    assert {texts[0] for texts in later} == {"0"}


def test_what_was_misheard_stays_for_a_second_at_most() -> None:
    world = Misheard(Rules(max_words=None), n_wrong=(40,))
    run(world, frames(2.5))
    wrong, *later = (texts for texts in world.shown if texts)
    assert len(wrong) == 40
    assert {texts[0] for texts in later} == {"0"}
    assert len(later[0]) < 10


def test_who_must_know_at_once_is_told_of_what_was_misheard() -> None:
    world = Misheard(Rules(max_words=None, holds_leaps=False), word_frames=4)
    run(world, frames(0.6))
    assert len(world.shown[1]) < 5


def test_what_was_misheard_does_not_outlast_the_end_of_speech() -> None:
    world = Misheard(Rules(final_wait_s=2.0, ended_wait_s=2.0))
    run(world, frames(0.4, 0.3))
    assert world.running is None
    assert world.shown == [[f"other {token}" for token in range(-5, 0)], ["0", "8"]]


def test_what_was_misheard_holds_nothing_back_in_the_next_turn() -> None:
    world = Misheard(Rules(final_wait_s=0.1, ended_wait_s=0.1), n_wrong=(5, 0))
    run(world, frames(0.3, 0.3))
    assert isinstance(world.sent[-1], SendEnded)
    assert not world.finals
    run(world, frames(0.4))
    assert len(world.shown) == 2


def test_silence_shows_signs_of_life_and_no_words() -> None:
    world = World(Rules())
    run(world, frames(0.0, 5.0))
    assert len(world.sent) in (4, 5)
    assert all(isinstance(action, SendInterim) and not action.words for action in world.sent)


def test_a_client_that_stops_sending_gets_its_final() -> None:
    world = World(Rules(final_wait_s=0.3, ended_wait_s=0.3))
    run(world, frames(1.5))
    world.finish()
    for n in range(12):
        world.settle()
        world.take(Idle(n / 4))
    world.settle()
    assert len(world.finals) == 1
    assert isinstance(world.sent[-1], SendEnded)
    assert world.state.segment is None


def test_interims_become_rare_under_load_and_finals_do_not() -> None:
    def decodes(skips: bool) -> tuple[int, int]:
        world, queue = World(Rules()), deque[int]()
        for is_voice in frames(8.0, 1.0):
            world.hear(0.9 if is_voice else 0.05)
            if world.running and not world.running.is_final:
                queue.append(world.running.id)
                if skips:
                    world.skip()
                else:
                    world.finish()
        return len(queue), sum(len(final.words) for final in world.finals)

    calm, n_words = decodes(skips=False)
    loaded, n_words_loaded = decodes(skips=True)
    world = World(Rules())
    run(world, frames(8.0, 1.0))
    assert loaded < calm / 2
    assert n_words_loaded <= n_words


def test_speech_after_a_long_silence_is_a_turn_of_its_own() -> None:
    world = World(Rules(final_wait_s=2.0, ended_wait_s=2.0))
    run(world, frames(1.0, 1.5, 1.0))  # the sound is cut, the text is not
    assert not world.finals
    assert sum(isinstance(action, SendStarted) for action in world.sent) == 1
    run(world, frames(0.0, 2.5))
    assert len(world.finals) == 1
    world.check()


def test_who_has_finished_is_not_waited_for() -> None:
    world = World(Rules(final_wait_s=2.0, ended_wait_s=2.0, asks_turn=True))
    run(world, frames(1.5, 0.3))
    assert len(world.questions) == 1
    assert not world.finals
    world.answer(is_over=True)
    world.settle()
    assert len(world.finals) == 1
    assert isinstance(world.sent[-1], SendEnded)
    world.check()


def test_who_hesitates_is_waited_for_and_asked_once_a_pause() -> None:
    world = World(Rules(final_wait_s=0.6, ended_wait_s=0.6, asks_turn=True))
    run(world, frames(1.5, 0.4, 0.5, 0.5))
    assert len(world.questions) == 2
    world.answer(is_over=True)  # of the first pause, too late
    assert not world.finals
    world.answer(is_over=False)
    assert not world.finals
    run(world, frames(0.0, 0.2))
    assert len(world.finals) == 1
    world.check()
