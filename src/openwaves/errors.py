"""Every deliberate error, as one tree.

OpenWavesError
├ RequestError                 the caller's mistake
│ ├ FieldError                 a field of the request is missing or out of range
│ │ └ RecordingError           no voice can be made of the uploaded recording
│ ├ TextTooLongError           the text or the body exceeds the server's limit
│ ├ DictionaryFullError        the account has as many dictionary entries as it may
│ ├ ClonesFullError            the account has as many cloned voices as it may
│ └ NotFoundError
│   ├ VoiceNotFoundError
│   ├ CloneNotFoundError
│   └ DictionaryNotFoundError
├ AccessError                  no key, or a wrong one
│ └ LinkError                  a signed link is expired or changed
├ OverloadedError              the server is too busy; carries ``retry_after_s``
│ ├ TooManyRequestsError       the account's own limit
│ ├ NotReadyError              the voices are still being loaded
│ └ StorageUnavailableError    the database or the store of recordings does not answer; also a StorageError
├ CancelledSynthesisError      the listener is gone; never reaches a client
├ EngineError                  a network could not be loaded or run
│ └ UnknownPhonemeError        a phoneme that the network has no symbol for
├ ModelFileError               a model file is missing, damaged or cannot be fetched
└ StorageError                 state cannot be read or written

Status codes live in one table, in ``api/errors.py``. A message says what is wrong, the value, and what is
allowed; ``code`` is stable and meant for programs.
"""


class OpenWavesError(Exception):
    """Root of every deliberate error."""

    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RequestError(OpenWavesError):
    """The request cannot be answered as it stands."""

    code = "invalid_request"


class FieldError(RequestError):
    """A field is missing, has the wrong type, or lies outside its allowed values.

    Attributes:
        field: The field's name as the client wrote it.
    """

    code = "invalid_field"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class RecordingError(FieldError):
    """No voice can be made of the recording; the message tells the person what to record instead."""

    code = "unusable_recording"

    def __init__(self, problem: str) -> None:
        super().__init__("file", problem)


class TextTooLongError(RequestError):
    """The text, or the body that carries it, exceeds the server's limit."""

    code = "payload_too_large"


class NotFoundError(RequestError):
    """The named thing does not exist for this account."""

    code = "not_found"


class VoiceNotFoundError(NotFoundError):
    """The voice is neither in the catalogue nor a clone of this account."""

    code = "voice_not_found"

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"voice_id: {voice_id!r} is not a known voice; GET /waves/v1/lightning-v3.1/get_voices lists the voices"
        )
        self.voice_id = voice_id


class DictionaryFullError(RequestError):
    """The account has as many dictionary entries as it may."""

    code = "dictionary_full"


class DictionaryNotFoundError(NotFoundError):
    """The account has no such pronunciation dictionary."""

    code = "dictionary_not_found"

    def __init__(self, dictionary_id: str) -> None:
        super().__init__(f"pronunciation_dicts: {dictionary_id!r} does not exist")
        self.dictionary_id = dictionary_id


class CloneNotFoundError(NotFoundError):
    """The account has no such cloned voice."""

    code = "clone_not_found"

    def __init__(self, voice_id: str) -> None:
        super().__init__(f"voiceId: {voice_id!r} is not a cloned voice of this account")
        self.voice_id = voice_id


class ClonesFullError(RequestError):
    """The account has as many cloned voices as it may."""

    code = "clones_full"


class AccessError(OpenWavesError):
    """No valid API key came with the request."""

    code = "unauthorized"


class LinkError(AccessError):
    """A signed link is expired, or was not made by this server."""

    code = "forbidden"


class OverloadedError(OpenWavesError):
    """The server cannot take this request now.

    Attributes:
        retry_after_s: When to try again, in seconds, at least 1.
    """

    code = "service_unavailable"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = max(1, retry_after_s)


class TooManyRequestsError(OverloadedError):
    """The account has as many requests or sockets open as it may."""

    code = "too_many_requests"


class NotReadyError(OverloadedError):
    """The voices are still being fetched or loaded."""

    code = "not_ready"


class CancelledSynthesisError(OpenWavesError):
    """Synthesis was stopped because nobody listens any more."""

    code = "cancelled"


class EngineError(OpenWavesError):
    """A network could not be loaded or run."""

    code = "engine_error"


class UnknownPhonemeError(EngineError):
    """The network has no symbol for a phoneme, and no table maps it."""

    code = "unknown_phoneme"

    def __init__(self, phonemes: str, unknown: str) -> None:
        super().__init__(f"no symbol for {unknown!r} in the phonemes {phonemes!r}")


class ModelFileError(OpenWavesError):
    """A model file is missing, damaged, or cannot be fetched."""

    code = "model_file_error"


class StorageError(OpenWavesError):
    """State on disk cannot be read or written."""

    code = "storage_error"


class StorageUnavailableError(OverloadedError, StorageError):
    """The database, or the store of recordings, does not answer, or refuses to write.

    Its text tells more to the operator, in the log, than ``message`` does to clients.
    """

    code = "storage_unavailable"

    def __init__(self, detail: str, retry_after_s: int, what: str = "database") -> None:
        super().__init__(f"the server's {what} does not answer; nothing was changed", retry_after_s)
        self.detail = detail
        self.what = what

    def __str__(self) -> str:
        return f"the {self.what} failed: {self.detail}"
