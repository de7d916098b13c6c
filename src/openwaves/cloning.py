"""From a recording to a voice that is kept: learn its style, let it say its samples, store all of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from openwaves.assembly import Assembly
from openwaves.errors import TooManyRequestsError
from openwaves.storage import Store
from openwaves.storage.clones import CloneDetails, Sample, StoredClone, new_voice_id, voice_of
from openwaves.synthesis import Synthesizer
from openwaves.types import ClonedStyle, SpeechRequest, Voice
from openwaves.voices.cloning.cloner import Cloner
from openwaves.voices.previews import PREVIEW_TEXTS, SECOND_PREVIEW_TEXT

MOST_WAITING = 3  # for each thread; the last of them has its answer within 10 s
CLONE_S = 3  # about as long as one takes
SAMPLE_RATE = 24000
DEFAULT_LANGUAGE = "en"


class CloneMaker:
    """Makes voices of recordings, a bounded number at once, so that speech stays fluent. Used from one event loop."""

    def __init__(self, store: Store, threads: int) -> None:
        """Begin with nothing to do.

        Args:
            store: Where voices are kept.
            threads: Recordings at once.
        """
        self._store = store
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "clone")
        self._n_under_way = 0

    async def make(self, speech: Assembly, account_id: str, details: CloneDetails, recording: bytes) -> StoredClone:
        """Make a voice and keep it.

        Args:
            speech: The loaded voices.
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
        style = await self._learn(speech.cloner, recording)
        voice = voice_of(new_voice_id(), details, style)
        samples = await asyncio.gather(
            *(_say(speech.synthesizer, voice, language, text) for language, text in _sample_texts(details.language))
        )
        return await self._store.clones.create(account_id, voice.id, details, style, recording, samples)

    def close(self) -> None:
        """Drop what waits, and let what is under way end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _learn(self, cloner: Cloner, recording: bytes) -> ClonedStyle:
        if self._n_under_way >= self._threads * (1 + MOST_WAITING):
            message = f"this server makes {self._threads} voices at once and {MOST_WAITING * self._threads} wait"
            raise TooManyRequestsError(message, CLONE_S * (1 + MOST_WAITING))
        self._n_under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, cloner.clone, recording)
        finally:
            self._n_under_way -= 1


def _sample_texts(language: str) -> list[tuple[str, str]]:
    """Two texts that a voice of this language says, each with its own language."""
    own = language if language in PREVIEW_TEXTS else DEFAULT_LANGUAGE
    other = SECOND_PREVIEW_TEXT if own == DEFAULT_LANGUAGE else PREVIEW_TEXTS[DEFAULT_LANGUAGE]
    return [(own, PREVIEW_TEXTS[own]), (DEFAULT_LANGUAGE, other)]


async def _say(synthesizer: Synthesizer, voice: Voice, language: str, text: str) -> Sample:
    request = SpeechRequest(text, voice.id, language, sample_rate=SAMPLE_RATE, output_format="mp3", clone=voice)
    return Sample(text, await synthesizer.whole(request))
