"""One live session as a state machine: judged frames go in, decodes to start and texts to send come out.

Pure: no clock, no thread, no sound; positions count samples at 16 kHz from the first one of the session. The session
beside it (``openwaves.stt.session``) performs the actions. Invariants, which the property tests check:

1. What was sent as final never changes: each word is sent once, in order, and is the beginning of every later decode of
   its segment (the decoder gets its tokens as a prefix). Interim texts stay free.
2. Sound counts as heard only when a final decode has heard it: after ``Close`` no word is lost, and none is sent twice.
3. Each ``Finalize`` is answered by exactly one final that says so. Exactly one last frame is sent, after ``Close``, and
   nothing after it.
4. Started and ended speech alternate. Words, interim or final, are sent between the two only.
5. At most one decode is under way. While a final is waited for (``State.is_waiting``) no sound is taken; the session
   keeps it, and stops reading when it has kept enough.

The rules, with what each was worth (word errors on LibriSpeech test-other clips, Moonshine base, whole files 9.3 %):
a final goes out after a short silence, but the sound stays and the same segment goes on until a real pause (9.3; cut at
each short silence: 13.9); segments may grow to more than 20 s; after every ten words that two decodes agree on, they
become final without a cut (0.0 points); the final decode begins while the end of speech is still in doubt; until its
words are wanted the same is heard twice more, behind a little silence, and the surest hearing counts (9.15 instead of
9.5; 7.9 if there is time for all).
"""

from openwaves.stt.listening.machine import step
from openwaves.stt.listening.times import CUT
from openwaves.stt.listening.values import (
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
)

__all__ = [
    "CUT",
    "Action",
    "AskTurn",
    "Close",
    "Decoded",
    "Event",
    "Finalize",
    "Frame",
    "Idle",
    "Rules",
    "SendEnded",
    "SendFinal",
    "SendInterim",
    "SendLast",
    "SendStarted",
    "Skipped",
    "StartDecode",
    "State",
    "StopDecode",
    "Turn",
    "step",
]
