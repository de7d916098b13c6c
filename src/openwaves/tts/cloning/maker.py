"""From a recording to a voice that is kept: learn its style, let it say its samples, store all of it."""

import asyncio
from collections.abc import Awaitable, Callable

from openwaves.errors import TooManyRequestsError
from openwaves.storage import Store
from openwaves.storage.clones import CloneDetails, Sample, StoredClone, new_voice_id, voice_of
from openwaves.tts.voices.previews import PREVIEW_TEXTS, SECOND_PREVIEW_TEXT
from openwaves.types import ClonedStyle, SpeechRequest, Voice

MOST_WAITING = 3  # for each that is made; the last of them has its answer within 10 s
CLONE_S = 3  # about as long as one takes
SAMPLE_RATE = 24000
DEFAULT_LANGUAGE = "en"

Learn = Callable[[bytes], Awaitable[ClonedStyle]]
Say = Callable[[SpeechRequest], Awaitable[bytes]]


class CloneMaker:
    """Makes voices of recordings, a bounded number at once, so that speech stays fluent. Used from one event loop."""

    def __init__(self, store: Store, at_once: int) -> None:
        """Begin with nothing to do.

        Args:
            store: Where voices are kept.
            at_once: Recordings at once.
        """
        self._store = store
        self._at_once = at_once
        self._room = asyncio.Semaphore(at_once)
        self._n_under_way = 0

    async def make(
        self, learn: Learn, say: Say, account_id: str, details: CloneDetails, recording: bytes
    ) -> StoredClone:
        """Make a voice and keep it.

        Args:
            learn: From a recording to a style.
            say: Speaks a request.
            account_id: Whose it shall be.
            details: What its owner says about it.
            recording: A file of any kind that FFmpeg reads.

        Raises:
            RecordingError: No voice can be made of the recording.
            ClonesFullError: The account has too many voices.
            TooManyRequestsError: Too many recordings wait.
            OverloadedError: The samples cannot be spoken now.
            StorageUnavailableError: It cannot be kept now.
        """
        style = await self._learn(learn, recording)
        voice = voice_of(new_voice_id(), details, style)
        samples = await asyncio.gather(
            *(_sample(say, voice, language, text) for language, text in _sample_texts(details.language))
        )
        return await self._store.clones.create(account_id, voice.id, details, style, recording, samples)

    async def _learn(self, learn: Learn, recording: bytes) -> ClonedStyle:
        if self._n_under_way >= self._at_once * (1 + MOST_WAITING):
            message = f"this server makes {self._at_once} voices at once and {MOST_WAITING * self._at_once} wait"
            raise TooManyRequestsError(message, CLONE_S * (1 + MOST_WAITING))
        self._n_under_way += 1
        try:
            async with self._room:
                return await learn(recording)
        finally:
            self._n_under_way -= 1


def _sample_texts(language: str) -> list[tuple[str, str]]:
    """Two texts that a voice of this language says, each with its own language."""
    own = language if language in PREVIEW_TEXTS else DEFAULT_LANGUAGE
    other = SECOND_PREVIEW_TEXT if own == DEFAULT_LANGUAGE else PREVIEW_TEXTS[DEFAULT_LANGUAGE]
    return [(own, PREVIEW_TEXTS[own]), (DEFAULT_LANGUAGE, other)]


async def _sample(say: Say, voice: Voice, language: str, text: str) -> Sample:
    request = SpeechRequest(text, voice.id, language, sample_rate=SAMPLE_RATE, output_format="mp3", clone=voice)
    return Sample(text, await say(request))
