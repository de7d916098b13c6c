"""What follows from an event: the whole behaviour of a live session."""

from dataclasses import replace
from typing import Literal

from openwaves.stt.activity import FRAME_SAMPLES
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening.cuts import best_cut, common, leaps, parted
from openwaves.stt.listening.times import (
    ASK_TURN,
    CUT,
    FINAL_DUE_S,
    FIRST_INTERIM,
    FIRST_STEP_S,
    HYSTERESIS,
    IDLE_CUT_S,
    IDLE_MARGIN_S,
    MOST_PENDING,
    MOST_STRETCH,
    SHORT_SEGMENT,
    SHORT_STEP_S,
    SIGN_OF_LIFE,
    SPECULATE,
    STEP_S,
    STEP_SHARE,
    TAKES,
)
from openwaves.stt.listening.values import (
    PRE_ROLL,
    Action,
    AskTurn,
    Close,
    Decoded,
    Event,
    Finalize,
    Frame,
    Idle,
    Ready,
    Reason,
    Segment,
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
)
from openwaves.stt.transcript import Transcript, Word


def step(state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
    """What follows from an event."""
    moment = _Moment(state)
    moment.take(event)
    return moment.state, tuple(moment.actions)


class _Moment:
    """One step: the state as it changes, and the actions so far."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.actions: list[Action] = []

    def take(self, event: Event) -> None:
        match event:
            case Decoded():
                self._decoded(event)
            case Skipped():
                self._skipped(event)
            case Frame():
                self._frame(event.probability)
            case Turn():
                self._turn(event)
            case Idle():
                self._idle(event.seconds)
            case Finalize() | Close():
                self._flush("close" if isinstance(event, Close) else "finalize", event.end)

    def _set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def _set_segment(self, **changes: object) -> None:
        assert self.state.segment is not None  # noqa: S101 - callers know
        self._set(segment=replace(self.state.segment, **changes))  # type: ignore[arg-type]

    # --- sound

    def _frame(self, probability: float) -> None:
        state, rules = self.state, self.state.rules
        was_voice = state.onset > 0
        is_voice = probability > rules.threshold - (HYSTERESIS if was_voice and state.is_speaking else 0)
        onset = state.onset + FRAME_SAMPLES if is_voice else 0
        self._set(now=state.now + FRAME_SAMPLES, onset=onset, unsent=state.unsent + FRAME_SAMPLES)
        if is_voice and state.is_speaking and state.segment is not None:
            self._set(last_voice=self.state.now, ready=None)
        elif is_voice and onset >= rules.min_speech_s * SAMPLE_RATE:
            self._begin_speech()
        self._progress(0)
        if self.state.unsent >= SIGN_OF_LIFE and not self.state.is_waiting:
            self._show(self._open_words(), again=True)

    def _begin_speech(self) -> None:
        state = self.state
        began = state.now - state.onset
        if state.segment is None:
            start = max(state.floor, began - PRE_ROLL)
            self._set(segment=Segment(start, heard=start))
        self._set_segment(next_interim=state.now + FIRST_INTERIM)
        self._set(is_speaking=True, last_voice=state.now, ready=None)
        if not state.is_speaking:
            self._set(unsent=0, shown=())
            self.actions.append(SendStarted(began))

    def _idle(self, seconds: float) -> None:
        if self.state.is_waiting or self.state.is_over:
            return
        late = max(0.0, seconds - IDLE_MARGIN_S)
        self._progress(round(late * SAMPLE_RATE))
        state = self.state
        if state.segment is not None and not state.is_speaking and not state.is_waiting and late > IDLE_CUT_S:
            self._leave_segment()

    def _turn(self, event: Turn) -> None:
        if event.is_over:
            self._set(finished=event.at)
            if not self.state.is_waiting and not self.state.is_over:
                self._progress(0)

    def _ask_turn(self) -> None:
        state, segment = self.state, self.state.segment
        if segment is not None and state.is_speaking and state.asked != state.last_voice:
            self._set(asked=state.last_voice)
            self.actions.append(AskTurn(state.last_voice, segment.start, state.now))

    @property
    def _waits(self) -> tuple[float, float]:
        """Samples of silence after which words become final, and after which speech has ended."""
        state, rules = self.state, self.state.rules
        if state.finished == state.last_voice:
            return 0.0, 0.0
        return rules.final_wait_s * SAMPLE_RATE, rules.ended_wait_s * SAMPLE_RATE

    def _progress(self, idle: int) -> None:
        """Do what is due at this silence; ``idle`` samples more than the sound itself shows."""
        state, rules = self.state, self.state.rules
        segment = state.segment
        if segment is None:
            self._end_without_segment(idle)
            return
        final_wait, ended_wait = self._waits
        silence = state.now - state.last_voice
        if self._is_unheard and silence + idle >= min(SPECULATE, final_wait):
            self._want_final(state.now, max(0.0, final_wait - silence) / SAMPLE_RATE + FINAL_DUE_S)
        if rules.asks_turn and ASK_TURN <= silence < final_wait:
            self._ask_turn()
        if silence + idle >= final_wait and (self._is_unheard or state.pending):
            self._when_heard("endpoint")
        if self.state.is_waiting:
            return
        if silence + idle >= ended_wait and not self._is_unheard and not self.state.pending:
            self._end_speech()
        if silence >= CUT:
            self._when_heard("cut")
        elif state.now - segment.start >= rules.longest_s * SAMPLE_RATE and self.state.segment is not None:
            self._split()
        elif state.is_speaking and silence < SPECULATE and self.state.decode is None:
            self._maybe_interim()

    def _end_without_segment(self, idle: int) -> None:
        """The sound is cut, and the words wait for a longer silence."""
        state, (final_wait, ended_wait) = self.state, self._waits
        silence = state.now - state.last_voice + idle
        if state.is_speaking and silence >= final_wait:
            self._send(())
            if silence >= ended_wait:
                self._end_speech()

    @property
    def _is_unheard(self) -> bool:
        """Whether there is speech that no final decode has heard."""
        segment = self.state.segment
        return segment is not None and self.state.last_voice > segment.heard

    def _end_speech(self) -> None:
        if self.state.is_speaking:
            self._set(is_speaking=False, unsent=0, onset=0)
            self.actions.append(SendEnded(self.state.last_voice))

    # --- decodes

    def _maybe_interim(self) -> None:
        state, segment = self.state, self.state.segment
        if segment is None or state.now < segment.next_interim:
            return
        interval_s = self._interval_s(0.0)
        self._set_segment(next_interim=state.now + round(interval_s * SAMPLE_RATE))
        self._start(state.now, "interim", max(interval_s, SHORT_STEP_S))

    def _interval_s(self, took_s: float) -> float:
        state, segment = self.state, self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        length = state.now - segment.start
        step_s = SHORT_STEP_S if length < SHORT_SEGMENT else STEP_S
        if length < SHORT_SEGMENT and (segment.guess is None or not segment.guess.words):
            step_s = FIRST_STEP_S
        return max(step_s, STEP_SHARE * length / SAMPLE_RATE, TAKES * took_s) * state.stretch

    def _want_final(self, end: int, due_s: float) -> None:
        """Have all speech up to now decoded, unless it is or is about to be."""
        state = self.state
        if state.ready is not None:
            return
        if state.decode is not None:
            if state.decode.is_final and state.decode.end >= state.last_voice:
                return
            self._stop()
        self._start(end, "final", due_s)

    def _start(self, end: int, kind: Literal["interim", "final", "split"], due_s: float) -> None:
        state, segment = self.state, self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        times = kind == "split" or state.rules.with_times
        hearings = state.rules.hearings if kind == "final" else 1
        draft = segment.guess.tokens if segment.guess is not None else ()
        decode = StartDecode(state.next_id, segment.start, end, segment.prefix, draft, kind, times, due_s, hearings)
        self._set(decode=decode, next_id=state.next_id + 1)
        self.actions.append(decode)

    def _stop(self) -> None:
        if self.state.decode is not None:
            self.actions.append(StopDecode(self.state.decode.id))
            self._set(decode=None)

    def _skipped(self, event: Skipped) -> None:
        state = self.state
        if state.decode is None or state.decode.id != event.id:
            return
        self._set(decode=None, stretch=min(MOST_STRETCH, 1.5 * state.stretch))
        self._set_segment(next_interim=state.now + round(self._interval_s(0.0) * SAMPLE_RATE))

    def _decoded(self, event: Decoded) -> None:
        decode, segment = self.state.decode, self.state.segment
        if decode is None or decode.id != event.id or segment is None:
            return
        self._set(decode=None, language=event.transcript.language)
        if self.state.waits_for == "split":
            self._set(waits_for=None)
            self._split_at(event.transcript)
        elif decode.is_final and decode.end >= self.state.last_voice:
            self._set(ready=Ready(event.transcript, decode.end))
            self._set_segment(guess=event.transcript)
            reason = self.state.waits_for
            if reason is None:
                self._show(self._open_words())
            else:
                self._set(waits_for=None)
                self._when_heard(reason)
                if not self.state.is_over:
                    self._progress(0)
        else:
            self._interim(event, decode)

    def _interim(self, event: Decoded, decode: StartDecode) -> None:
        segment = self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        before, words = segment.guess, event.transcript.words
        self._set_segment(guess=event.transcript)
        if not decode.is_final:
            self._set(stretch=max(1.0, 0.8 * self.state.stretch))
            next_interim = decode.end + round(self._interval_s(event.took_s) * SAMPLE_RATE)
            self._set_segment(next_interim=max(segment.next_interim, next_interim))
        agreed = common(before.words, words) if before is not None else 0
        n_stable = min(agreed, len(words) - 1) - 1
        most = self.state.rules.max_words
        n_new = n_stable - segment.n_sent
        if most is not None and n_new > 0 and n_new + len(self.state.pending) >= most:
            self._take(event.transcript, n_stable, send=True, more=True)
        following = self._open_words()
        if not (self.state.rules.holds_leaps and leaps(self.state.shown, following)):
            self._show(following)

    # --- what waits for a final decode

    def _flush(self, reason: Reason, end: int) -> None:
        if self._is_unheard:
            self._want_final(max(end, self.state.now), FINAL_DUE_S)
        self._when_heard(reason)

    def _when_heard(self, reason: Reason) -> None:
        """Take all speech so far, now or as soon as it is decoded, then do what the reason asks."""
        state = self.state
        if self._is_unheard:
            if state.ready is None:
                self._set(waits_for=reason)
                return
            transcript = state.ready.transcript
            self._take(transcript, len(transcript.words), send=reason != "cut" or self._has_many_pending)
            self._set_segment(heard=state.ready.end)
            self._set(ready=None)
        elif reason != "cut":
            self._send(())
        if reason == "cut":
            self._leave_segment()
        elif reason == "finalize":
            self._answer_finalize()
        elif reason == "close":
            self._stop()
            self._set(is_over=True)
            self.actions.append(SendLast())

    @property
    def _has_many_pending(self) -> bool:
        return len(self.state.pending) >= (self.state.rules.max_words or MOST_PENDING)

    def _answer_finalize(self) -> None:
        """Mark the last final of this step as the answer, or send an empty one."""
        for n in range(len(self.actions) - 1, -1, -1):
            action = self.actions[n]
            if isinstance(action, SendFinal):
                self.actions[n] = replace(action, from_finalize=True)
                return
        self._set(shown=(), unsent=0)
        self.actions.append(SendFinal((), self.state.language, from_finalize=True))

    def _leave_segment(self) -> None:
        self._stop()
        self._set(segment=None, ready=None, floor=self.state.last_voice)

    def _split(self) -> None:
        """The segment is too long: decode it once more, with times, and go on behind a word."""
        if self.state.decode is not None:
            self._stop()
        self._set(waits_for="split")
        self._start(self.state.now, "split", FINAL_DUE_S)

    def _split_at(self, transcript: Transcript) -> None:
        state, segment = self.state, self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        n_words, cut = best_cut(transcript.words, segment.n_sent, (state.now - segment.start) / SAMPLE_RATE)
        self._take(transcript, n_words, send=state.rules.max_words is not None or self._has_many_pending, more=True)
        start = min(max(segment.start + round(cut * SAMPLE_RATE), segment.start + 1), state.now)
        interval = round(SHORT_STEP_S * SAMPLE_RATE)
        self._set(segment=Segment(start, heard=start, next_interim=state.now + interval), floor=start, ready=None)

    # --- words

    def _take(self, transcript: Transcript, n_words: int, *, send: bool, more: bool = False) -> None:
        """The first words of a transcript of the segment stay."""
        state, segment = self.state, self.state.segment
        assert segment is not None  # noqa: S101 - callers know
        start_s = segment.start / SAMPLE_RATE
        new = tuple(word.later(start_s) for word in transcript.words[segment.n_sent : n_words])
        n_sent = max(n_words, segment.n_sent)
        self._set_segment(n_sent=n_sent, prefix=transcript.prefix_of(n_sent), guess=transcript)
        self._set(language=transcript.language)
        if send:
            self._send(new, more=more)
        else:
            self._set(pending=(*state.pending, *new))

    def _send(self, words: tuple[Word, ...], *, more: bool = False) -> None:
        """Send what is pending and these words, in finals of about ``max_words``; nothing, if there are none."""
        words = (*self.state.pending, *words)
        if not words:
            return
        self._set(pending=(), shown=(), unsent=0)
        pieces = parted(words, self.state.rules.max_words)
        for n, piece in enumerate(pieces, 1):
            ordered = []
            for word in piece:
                start_s = max(word.start_s, self.state.sent_s)
                ordered.append(replace(word, start_s=start_s, end_s=max(word.end_s, start_s)))
                self._set(sent_s=start_s)
            goes_on = more or n < len(pieces)
            self.actions.append(SendFinal(tuple(ordered), self.state.language, more=goes_on))

    def _open_words(self) -> tuple[Word, ...]:
        """What is not final yet, as far as it is known."""
        state, segment = self.state, self.state.segment
        if segment is None or segment.guess is None:
            return state.pending
        start_s = segment.start / SAMPLE_RATE
        return (*state.pending, *(word.later(start_s) for word in segment.guess.words[segment.n_sent :]))

    def _show(self, words: tuple[Word, ...], *, again: bool = False) -> None:
        if not again and [word.text for word in words] == [word.text for word in self.state.shown]:
            return
        self._set(shown=words, unsent=0)
        self.actions.append(SendInterim(words, self.state.language))
