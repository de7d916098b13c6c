"""Every deliberate error, as one tree.

OpenWavesError
├ RequestError                 the caller's mistake
│ ├ FieldError                 a field of the request is missing or out of range
│ │ ├ RecordingError           no voice can be made of the uploaded recording
│ │ └ LanguageNotServedError   speech in this language cannot be recognised here
│ ├ NoAudioError               nothing to transcribe came
│ ├ AudioDecodeError           the sound to transcribe cannot be decoded
│ ├ TextTooLongError           the text or the body exceeds the server's limit
│ ├ DictionaryFullError        the account has as many dictionary entries as it may
│ ├ ClonesFullError            the account has as many cloned voices as it may
│ └ NotFoundError
│   ├ VoiceNotFoundError
│   ├ CloneNotFoundError
│   └ DictionaryNotFoundError
├ AccessError                  no key, or a wrong one
│ ├ LinkError                  a signed link is expired or changed
│ └ TokenScopeError            an access token does not open this route
├ OverloadedError              the server is too busy; carries ``retry_after_s``
│ ├ TooManyRequestsError       the account's own limit
│ ├ NotReadyError              the voices are still being loaded
│ ├ StoppingError              the server was told to stop
│ └ StorageUnavailableError    the database or the store of recordings does not answer; also a StorageError
├ CancelledWorkError           nobody wants the result any more; never reaches a client
├ LateWorkError                the result would have come too late; never reaches a client
├ UpstreamError                the server that answers chats in this one's place failed
├ EngineError                  a network could not be loaded or run
│ ├ UnknownPhonemeError        a phoneme that the network has no symbol for
│ └ WorkerLostError            worker processes end again and again, or none can be started
├ ModelFileError               a model file is missing, damaged or cannot be fetched
├ StartError                   the server cannot start with these options
│ └ CertificateError           the certificate for TLS, or its key, cannot be used
└ StorageError                 state cannot be read or written

Status codes live in one table, in ``api/errors.py``. A message says what is wrong, the value, and what is
allowed; ``code`` is stable and meant for programs.
"""

from collections.abc import Callable


class OpenWavesError(Exception):
    """Root of every deliberate error."""

    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Callable[..., "OpenWavesError"], tuple[object, ...]]:
        """Errors travel between processes; many are made of other arguments than they keep."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[OpenWavesError], arguments: tuple[object, ...], attributes: dict[str, object]) -> OpenWavesError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


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


class LanguageNotServedError(FieldError):
    """Speech in this language cannot be recognised here.

    Attributes:
        language: The code that was asked for.
    """

    code = "language_not_enabled"

    def __init__(self, language: str, served: str) -> None:
        super().__init__("language", f"{language!r} is not served here; served are {served}")
        self.language = language


class NoAudioError(RequestError):
    """Nothing to transcribe came."""

    code = "NoAudio"


class AudioDecodeError(RequestError):
    """The sound to transcribe cannot be decoded."""

    code = "AudioDecodeError"


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


class TokenScopeError(AccessError):
    """An access token opens fewer routes than the key that it was made with."""

    code = "token_scope"


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


class StoppingError(OverloadedError):
    """The server was told to stop: another one, or the next one, takes new work."""

    code = "stopping"

    def __init__(self) -> None:
        super().__init__("this server is stopping; connect again", retry_after_s=1)


class CancelledWorkError(OpenWavesError):
    """Work was stopped because nobody wants its result any more."""

    code = "cancelled"


class LateWorkError(OpenWavesError):
    """Work was dropped because its result would have come too late."""

    code = "late"


class UpstreamError(OpenWavesError):
    """The server that answers chats in this one's place cannot be reached, or answers nonsense."""

    code = "upstream_error"


class EngineError(OpenWavesError):
    """A network could not be loaded or run."""

    code = "engine_error"


class UnknownPhonemeError(EngineError):
    """The network has no symbol for a phoneme, and no table maps it."""

    code = "unknown_phoneme"

    def __init__(self, phonemes: str, unknown: str) -> None:
        super().__init__(f"no symbol for {unknown!r} in the phonemes {phonemes!r}")


class WorkerLostError(EngineError):
    """Worker processes end again and again while they do a piece of work, or none can be started."""

    code = "worker_lost"


class ModelFileError(OpenWavesError):
    """A model file is missing, damaged, or cannot be fetched."""

    code = "model_file_error"


class StartError(OpenWavesError):
    """The server cannot start with the options that it has."""

    code = "start_error"


class CertificateError(StartError):
    """The certificate for TLS, or its key, cannot be used."""

    code = "certificate_error"


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
