"""What somebody says beside an answer, by its words and when they sound."""

import numpy as np
import pytest

from openwaves.s2s.events import Quiet
from openwaves.s2s.history import History
from openwaves.s2s.playback import Playback
from openwaves.s2s.sound import Sound
from openwaves.s2s.told import AudioDelta, Item, ItemAdded, WordsDelta
from openwaves.s2s.tracing import Tracer
from openwaves.s2s.user import User
from openwaves.stt.messages import Final, Mark
from openwaves.stt.transcript import Word

ANSWER = (
    "Certainly we can do that . Would you like to order a large pizza ? Or perhaps a small salad , some soup , or "
    "whatever else we may have for you today"
)
WORD_S, QUESTION_S = 0.3, 1.8
RATE = 16000


@pytest.mark.parametrize(
    ("text", "after_s", "expected"),
    [
        ("would you like to order", 0.3, "echo"),
        ("I would like to order a large pizza", 3.0, "speech"),
        ("a large pizza", 3.0, "speech"),
    ],
)
async def test_words_of_the_answer_are_an_echo_only_while_they_sound(text: str, after_s: float, expected: str) -> None:
    sound, history = Sound(), History()
    playback = Playback(sound, history)
    user = User(history, playback, Tracer(sound, lambda _: None))
    history.see(ItemAdded(Item("a", role="assistant", status="in_progress", is_audio=True), None))
    for word in ANSWER.split():
        history.see(WordsDelta("r", "a", 0, word + " "))
        history.see(AudioDelta("r", "a", 0, b"", WORD_S))
    begun_s, length_s = QUESTION_S + after_s, WORD_S * len(text.split())
    left_s = history.spoken_s - begun_s - length_s  # what still plays when all is said
    playback.send(AudioDelta("r", "a", 0, bytes(2 * round(left_s * RATE)), left_s), RATE)
    sound.add(np.zeros(round(begun_s * RATE), np.float32), 0.0)
    assert user.heard(Mark("started", begun_s), 0.0, "en", goes_on=True) is not None
    sound.add(np.zeros(round(length_s * RATE), np.float32), 0.0)
    words = tuple(Word(word, 0.0, 0.0, 0.9) for word in text.split())
    assert user.heard(Final(words, "en", from_finalize=False, after_s=0.0), 0.0, "en", goes_on=True) is None
    quiet = user.heard(Mark("ended", begun_s + length_s), 0.0, "en", goes_on=True)
    assert isinstance(quiet, Quiet)
    assert quiet.kind == expected
