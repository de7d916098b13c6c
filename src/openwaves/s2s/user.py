"""What the user says, as events of the turn machine: words together, and what they amount to while an answer sounds."""

from openwaves.s2s.events import Quiet, Speech, Words, WordsKind
from openwaves.s2s.history import History
from openwaves.s2s.playback import Playback
from openwaves.s2s.said import is_murmur, is_sure, kind_of
from openwaves.s2s.state import Turn
from openwaves.s2s.tracing import Tracer
from openwaves.stt.messages import Final, Interim, Mark, Message
from openwaves.stt.transcript import Word, join

REPLY_S = 0.7
"""Who says "yes" while less than this of an answer is left replies to it; before, he only listens."""
LEAKED_WORDS = 3
"""So many words of an echo are heard before it is found."""
ECHO_LAG_S = 1.5
"""An echo is made of what sounds while it is heard, and so long before: later, its words are said to answer it."""
INTERIM_S = 0.2
"""So much later than its sound an interim comes."""
READ_WORDS, UNSURE_WORDS = 4, 1
"""After so many more words the model reads what is said so far, without so many of the last."""


class User:
    """Follows one talk. Used from one event loop.

    Attributes:
        quiet_s: Second of the talk at which the last voice ended.
    """

    def __init__(self, history: History, playback: Playback, tracer: Tracer) -> None:
        """Nothing was heard yet.

        Args:
            history: What the answers say.
            playback: What of them is heard just now.
            tracer: Is told when voice ended and words were final.
        """
        self.quiet_s = 0.0
        self._history = history
        self._playback = playback
        self._tracer = tracer
        self._words: tuple[Word, ...] = ()
        self._start_s = 0.0
        self._n_read = 0
        self._may_just_listen = False
        self._before = ""

    def heard(self, message: Message, begin_s: float, language: str, goes_on: bool) -> Speech | Words | Quiet | None:
        """What a message means; None if nothing.

        Args:
            message: Of a hearing.
            begin_s: Second of the talk at which that began.
            language: Of the words.
            goes_on: More of the answer that sounds will come.
        """
        match message:
            case Mark(kind="started"):
                self._start_s = begin_s + message.at_s
                self._words, self._n_read, self._before = (), 0, ""
                is_audible = self._playback.is_audible
                self._may_just_listen = (goes_on and is_audible) or self._playback.lead_s > REPLY_S
                return Speech(self._start_s, is_audible)
            case Interim():
                words = (*self._words, *message.words)
                text = join(words, message.language)
                return Words(text, self._kind_so_far(text, words)) if text else None
            case Final():
                self._words += message.words
                self._tracer.final()
            case Mark():
                self.quiet_s = begin_s + message.at_s
                text, kind = self._taken(language, self.quiet_s - self._start_s)
                self._tracer.quiet(self.quiet_s, self._start_s)
                return Quiet(self.quiet_s, text, kind)
        return None

    def part_ended(self, language: str) -> Words | None:
        """The words that no silence followed; None if there are none."""
        text, kind = self._taken(language, self._playback.now_s - self._start_s)
        return Words(text, kind) if text else None

    def to_read(self, turn: Turn | None) -> str:
        """What the model may read ahead of a turn, without its last words, which may change; empty if nothing new."""
        words = f"{turn.text} {turn.more}".split() if turn is not None else []
        if len(words) < self._n_read + READ_WORDS + UNSURE_WORDS:
            return ""
        self._n_read = len(words) - UNSURE_WORDS
        return " ".join(words[: self._n_read])

    def _taken(self, language: str, voice_s: float) -> tuple[str, WordsKind]:
        words, self._words = self._words, ()
        text = join(words, language)
        return text, self._kind(text, words, voice_s)

    def _kind_so_far(self, text: str, words: tuple[Word, ...]) -> WordsKind:
        """The same of an interim, the words of which may still change: "yellow" becomes "yeah, okay"."""
        voice_s = self._playback.now_s - self._start_s - INTERIM_S
        kind, before, self._before = self._kind(text, words, voice_s), self._before, text
        return "nothing" if kind == "speech" and not is_sure(text, before, voice_s) else kind

    def _kind(self, text: str, words: tuple[Word, ...], voice_s: float) -> WordsKind:
        """What the words of somebody who speaks amount to, beside what the answer says."""
        playback = self._playback
        back_s = playback.now_s - self._start_s + ECHO_LAG_S
        own = self._history.sounding(playback.sounding_s, back_s) if playback.is_audible else ""
        kind = kind_of(text, own)
        if kind == "speech" and playback.has_echo_since(self._start_s) and len(text.split()) <= LEAKED_WORDS:
            return "echo"  # it was found while this was heard
        if kind == "speech" and is_murmur(words, voice_s):
            kind = "backchannel"
        return "speech" if kind == "backchannel" and not self._may_just_listen else kind
