"""What a live session takes, does and knows: values only."""

from dataclasses import dataclass
from typing import Literal

from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.stt.listening.times import FINAL_DUE_S
from openwaves.stt.transcript import Transcript, Word

PRE_ROLL = round(0.3 * SAMPLE_RATE)
"""Sound before the first frame of speech that belongs to a segment."""

Reason = Literal["endpoint", "cut", "split", "finalize", "close"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a session behaves.

    Attributes:
        final_wait_s: Silence after which what was said becomes final.
        ended_wait_s: Silence after which speech has ended; not less than ``final_wait_s``.
        max_words: Words after which a final is due while speech goes on; None: only silence makes finals.
        threshold: Probability over which a frame is speech.
        min_speech_s: Speech without a break that begins a turn.
        longest_s: A segment that reaches this length is split.
        with_times: The client wants the times of words.
        asks_turn: Ask in a pause whether the speaker has finished; if so, do not wait.
        hearings: How often the end of speech is heard at most, as far as there is time; the surest hearing counts.
        holds_leaps: An interim of fewer words that begins otherwise than what is shown is held back, a second at most:
            by then there are mostly more words.
    """

    final_wait_s: float = 0.6
    ended_wait_s: float = 0.6
    max_words: int | None = 10
    threshold: float = 0.5
    min_speech_s: float = 0.064
    longest_s: float = 24.0
    with_times: bool = False
    asks_turn: bool = False
    hearings: int = 3
    holds_leaps: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """``FRAME_SAMPLES`` more samples, and how likely they are speech."""

    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decode has ended."""

    id: int
    transcript: Transcript
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Skipped:
    """An interim decode was dropped, because it could not be begun in time."""

    id: int


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to ``AskTurn``: whether who stopped at this position has finished."""

    at: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Idle:
    """No sound has come for this long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finalize:
    """The client wants a final now; ``end`` is the position behind all sound that came."""

    end: int


@dataclass(frozen=True, slots=True)
class Close:
    """The client ends the session; see ``Finalize``."""

    end: int


Event = Frame | Decoded | Skipped | Turn | Idle | Finalize | Close


@dataclass(frozen=True, slots=True)
class StartDecode:
    """Recognise the samples from ``start`` to ``end``.

    Attributes:
        id: Comes back in ``Decoded``.
        start: Position of the first sample; also names the segment.
        end: Position behind the last.
        prefix: Tokens of what was sent as final.
        draft: Tokens that are probably right, the prefix included.
        kind: ``final`` if its text will be sent as final unless speech goes on; ``interim`` if it may be left out;
            ``split`` if the segment is too long.
        with_times: The words' times matter.
        due_s: When somebody misses it, in seconds from now; an interim that is late is to be dropped.
        hearings: How often the same may be heard until then; the surest hearing counts.
    """

    id: int
    start: int
    end: int
    prefix: tuple[int, ...]
    draft: tuple[int, ...]
    kind: Literal["interim", "final", "split"]
    with_times: bool
    due_s: float
    hearings: int = 1

    @property
    def is_final(self) -> bool:
        """Whether the speaker has stopped behind it."""
        return self.kind == "final"

    @property
    def ahead_s(self) -> float:
        """Seconds until its text is wanted, which it only is if the speaker says nothing more."""
        return max(0.0, self.due_s - FINAL_DUE_S) if self.is_final else 0.0


@dataclass(frozen=True, slots=True)
class StopDecode:
    """Nobody wants this decode any more."""

    id: int


@dataclass(frozen=True, slots=True)
class AskTurn:
    """Judge by the samples from ``start`` to ``end`` whether who stopped at a position has finished."""

    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SendInterim:
    """Show what is not final yet; times count from the start of the session."""

    words: tuple[Word, ...]
    language: str


@dataclass(frozen=True, slots=True)
class SendFinal:
    """Send words that stay; times count from the start of the session.

    Attributes:
        words: In order.
        language: Their code.
        from_finalize: Answers ``Finalize``.
        more: The speaker goes on behind them without a pause.
    """

    words: tuple[Word, ...]
    language: str
    from_finalize: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class SendStarted:
    """Speech began at a position."""

    at: int


@dataclass(frozen=True, slots=True)
class SendEnded:
    """Speech ended at a position."""

    at: int


@dataclass(frozen=True, slots=True)
class SendLast:
    """The last, empty frame."""


Action = StartDecode | StopDecode | AskTurn | SendInterim | SendFinal | SendStarted | SendEnded | SendLast


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of sound that is decoded again and again while it grows.

    Attributes:
        start: Position of its first sample.
        heard: Position up to which a final decode has heard it, and its words were taken.
        n_sent: Words of its transcripts that were sent as final.
        prefix: Their tokens.
        guess: Its latest transcript.
        next_interim: Position at which the next interim decode may begin.
    """

    start: int
    heard: int
    n_sent: int = 0
    prefix: tuple[int, ...] = ()
    guess: Transcript | None = None
    next_interim: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A final transcript of all speech so far, for the moment at which it is wanted."""

    transcript: Transcript
    end: int


@dataclass(frozen=True, slots=True)
class State:
    """Where a session stands.

    Attributes:
        rules: How it behaves.
        now: Position behind the last judged frame.
        onset: Samples of speech without a break up to now.
        last_voice: Position behind the last frame of speech of a turn.
        is_speaking: Speech was told to have started, and not to have ended.
        segment: What is being heard, if anything.
        floor: No segment begins before this position.
        decode: What is under way.
        ready: See there.
        pending: Words of segments that are over, not sent yet.
        language: Of the latest transcript.
        asked: Where the speaker stopped of whom it was asked last whether that was the end; -1: nobody.
        finished: Where the speaker stopped who has finished; -1: nobody.
        waits_for: What is to be done once the final decode under way has ended.
        shown: Words of the last interim.
        unsent: Samples since the last message.
        sent_s: Start of the last word that was sent.
        stretch: Factor on the time between interims; grows under load.
        next_id: Of the next decode.
        is_over: The last frame was sent.
    """

    rules: Rules = Rules()
    now: int = 0
    onset: int = 0
    last_voice: int = 0
    is_speaking: bool = False
    segment: Segment | None = None
    floor: int = 0
    decode: StartDecode | None = None
    ready: Ready | None = None
    pending: tuple[Word, ...] = ()
    language: str = ""
    asked: int = -1
    finished: int = -1
    waits_for: Reason | None = None
    shown: tuple[Word, ...] = ()
    unsent: int = 0
    sent_s: float = 0.0
    stretch: float = 1.0
    next_id: int = 1
    is_over: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether only ``Decoded`` may come now."""
        return self.waits_for is not None

    @property
    def is_in_a_hurry(self) -> bool:
        """Whether what is under way should end as soon as it can."""
        return self.is_waiting or (
            self.decode is not None and self.decode.is_final and self.last_voice > self.decode.end
        )

    @property
    def needed_from(self) -> int:
        """Position of the first sample that may still be wanted."""
        if self.segment is not None:
            return self.segment.start
        return max(self.floor, self.now - self.onset - PRE_ROLL, 0)
