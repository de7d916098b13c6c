"""What the client of a talk is told; a wire renders it. All values are frozen.

Times of sound (``*_s``) count from the first sample of the session.
"""

from dataclasses import dataclass, field
from typing import Literal

ItemKind = Literal["message", "function_call", "function_call_output"]
ItemStatus = Literal["in_progress", "completed", "incomplete"]
ResponseStatus = Literal["completed", "cancelled", "incomplete", "failed"]
Cancelled = Literal["interrupted", "client_cancelled"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a conversation.

    Attributes:
        id: Its name on the wire.
        kind: A message, a call of a function, or its result.
        role: Of a message: ``user``, ``assistant`` or ``system``.
        status: Where it stands.
        text: What was said or written; None while it is not known.
        is_audio: A message that was spoken, not written.
        call_id: Ties a call and its result together.
        name: Function of a call.
        arguments: JSON text of a call.
        output: Text of a result.
    """

    id: str
    kind: ItemKind = "message"
    role: str = ""
    status: ItemStatus = "completed"
    text: str | None = None
    is_audio: bool = False
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that an answer took."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user began to speak; a turn is open."""

    item: str
    at_s: float


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The turn is over; the last voice was at ``at_s``."""

    item: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """An item begins; ``previous`` is the one before it."""

    item: Item
    previous: str | None


@dataclass(frozen=True, slots=True)
class ItemDone:
    """An item is complete, or will stay incomplete."""

    item: Item
    previous: str | None


@dataclass(frozen=True, slots=True)
class ResponseCreated:
    """An answer begins."""

    response: str


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """The next sound of an answer.

    Attributes:
        response: The answer.
        item: Its message.
        index: Place of the message in the answer.
        data: 16-bit samples at the rate of the session.
        duration_s: Their length.
    """

    response: str
    item: str
    index: int
    data: bytes
    duration_s: float


@dataclass(frozen=True, slots=True)
class WordsDelta:
    """The next words of an answer, told with the sound in which they begin."""

    response: str
    item: str
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class AudioDone:
    """A message of an answer has all its sound."""

    response: str
    item: str
    index: int


@dataclass(frozen=True, slots=True)
class ArgumentsDelta:
    """The next piece of a call's arguments; ``name`` on the first one only."""

    response: str
    item: str
    index: int
    call_id: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CallDone:
    """A call is complete."""

    response: str
    item: str
    index: int
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """An answer is over.

    Attributes:
        response: The answer.
        status: How it ended.
        reason: Of ``cancelled`` and ``incomplete``: why. Of ``failed``: the code of the error.
        message: Of ``failed``: what went wrong.
        output: Its items.
        usage: Tokens that it took.
    """

    response: str
    status: ResponseStatus
    reason: str = ""
    message: str = ""
    output: tuple[Item, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the client asked for cannot be done; the session goes on.

    Attributes:
        code: For programs.
        message: For people.
        param: Field that it is about, or empty.
        event_id: The client's name of what it asked, or empty.
    """

    code: str
    message: str
    param: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known so far of the words of an open turn; they may change."""

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """When the things of one turn happened, in milliseconds after the true end of the user's speech.

    Without speech (a greeting, an answer to a tool's result) they count from what asked for the answer. None is what
    did not happen.

    Attributes:
        response: The answer.
        speech_ms: Length of the user's turn.
        quiet_ms: Voice activity told that it is quiet.
        final_ms: The words were known.
        decided_ms: The turn was decided to be over.
        finished: How likely the detector thought that, 0 to 1.
        first_token_ms: The model's first token.
        first_clause_ms: The first words went to the synthesizer.
        first_sound_ms: The first sound went out.
        done_ms: The last sound went out.
        heard_ms: The answer's sound was over at the client, or was cut, as far as pacing tells.
        audio_s: Sound that went out.
        heard_s: Sound that was heard.
        was_cut: The user cut it.
        usage: Tokens.
    """

    response: str
    speech_ms: float | None = None
    quiet_ms: float | None = None
    final_ms: float | None = None
    decided_ms: float | None = None
    finished: float | None = None
    first_token_ms: float | None = None
    first_clause_ms: float | None = None
    first_sound_ms: float | None = None
    done_ms: float | None = None
    heard_ms: float | None = None
    audio_s: float = 0.0
    heard_s: float = 0.0
    was_cut: bool = False
    usage: Usage = field(default_factory=Usage)


Content = ItemAdded | AudioDelta | WordsDelta | AudioDone | ArgumentsDelta | CallDone | ItemDone
"""What an answer is made of, between its created and its done."""
Output = SpeechStarted | SpeechStopped | Heard | ResponseCreated | Content | ResponseDone | Problem | Trace
