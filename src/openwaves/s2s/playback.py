"""What was sent of an answer and is being heard: where it sounds just now, and its echo in the microphone."""

import asyncio
import time

from openwaves.s2s.echo import Echo
from openwaves.s2s.history import History
from openwaves.s2s.sound import Sound
from openwaves.s2s.told import AudioDelta
from openwaves.stt.engines.base import SAMPLE_RATE
from openwaves.tts.pacing import Player
from openwaves.types import Samples

TAIL_S = 0.5
"""So long after the last sound an answer may still be heard: by its echo, and by clients that began late."""


class Playback:
    """Follows one talk. Used from one event loop."""

    def __init__(self, sound: Sound, history: History) -> None:
        """Nothing plays yet.

        Args:
            sound: What comes from the microphone.
            history: What was told of the answers.
        """
        self._sound = sound
        self._history = history
        self._player = Player()
        self._echo = Echo()

    @property
    def now_s(self) -> float:
        """Second of the microphone's sound up to which it has come."""
        return self._sound.end / SAMPLE_RATE

    @property
    def lead_s(self) -> float:
        """Sound that is at the client and was not heard yet."""
        return self._player.lead_s(time.monotonic())

    @property
    def sounding_s(self) -> float:
        """Place of the last answer's sound that plays just now."""
        return max(0.0, self._history.spoken_s - self.lead_s)

    @property
    def is_audible(self) -> bool:
        """Whether an answer may be heard, by its echo too."""
        return self._player.lead_s(time.monotonic() - TAIL_S) > 0

    def has_echo_since(self, at_s: float) -> bool:
        """Whether its echo was found behind a second of the microphone's sound."""
        return self._echo.found_at > at_s * SAMPLE_RATE

    def send(self, sent: AudioDelta, sample_rate: int) -> None:
        """More sound goes out; the history knows of it."""
        if self._history.spoken_s <= sent.duration_s:
            self._player = Player()
        now = time.monotonic()
        plays_at = self._sound.end + round(self._player.lead_s(now) * SAMPLE_RATE)
        self._echo.play(sent.data, sample_rate, plays_at)
        self._player.add(now, sent.duration_s)

    def cut(self) -> float:
        """What sounds is cut; at which second of it."""
        heard_s = self.sounding_s
        self._history.cut(heard_s)
        self._player = Player()
        self._echo.stop(self._sound.end + round(TAIL_S * SAMPLE_RATE))
        return heard_s

    async def without_echo(self, samples: Samples) -> Samples:
        """The next samples of the microphone without what plays."""
        position = self._sound.end
        if self._echo.is_near(position):
            samples = await asyncio.to_thread(self._echo.clean, samples, position)
        return samples
