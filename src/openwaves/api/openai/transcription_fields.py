"""The form of ``/v1/audio/transcriptions``: read and checked."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr

from openwaves.api.openai.fields import parse_fields
from openwaves.api.openai.names import HEARING_MODELS
from openwaves.errors import FieldError
from openwaves.stt.keywords import MOST as MOST_KEYWORDS
from openwaves.stt.languages import AUTOMATIC, CODES, candidates
from openwaves.stt.recognition import Task
from openwaves.stt.transcript import Keyword

STREAMED_FORMATS = ("json", "text", "diarized_json")
UNSUPPORTED = {
    "prompt": "is not followed by these recognisers; leave it out, and name likely words in keywords",
    "include": "logprobs of tokens are not told; leave it out",
    "known_speaker_names": "speakers cannot be named; leave it out, speakers are A, B, …",
    "known_speaker_references": "speakers cannot be named; leave it out, speakers are A, B, …",
}
LISTS = ("keywords", "languages", "timestamp_granularities", "include", "known_speaker_names")
ENGLISH_ONLY = "pulse-pro"

Granularity = Literal["word", "segment"]


def _model(value: object) -> object:
    if not isinstance(value, str) or value not in HEARING_MODELS:
        raise ValueError(f"must be one of {', '.join(HEARING_MODELS)}")
    return value


class TranscriptionForm(BaseModel):
    """The fields beside the file; values are texts."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[StrictStr, BeforeValidator(_model), Field(json_schema_extra={"enum": list(HEARING_MODELS)})]
    language: Annotated[StrictStr, Field(json_schema_extra={"enum": [*CODES, *AUTOMATIC]})] = Field(
        "multi", description="Language of the speech, or an automatic code that lets the sound decide."
    )
    languages: list[Annotated[StrictStr, Field(json_schema_extra={"enum": list(CODES)})]] = Field(
        [], description="Languages of which the sound decides; not together with language."
    )
    keywords: Annotated[list[StrictStr], Field(max_length=MOST_KEYWORDS)] = Field([], description="Likely words.")
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] = Field(
        "json", description="Form of the answer; with stream only json, text and diarized_json."
    )
    timestamp_granularities: list[Granularity] = Field(
        [], description="What verbose_json tells the times of; default segment."
    )
    stream: bool = Field(False, description="Answer with Server-Sent Events.")
    temperature: Annotated[float, Field(ge=0, le=0)] = Field(0.0, description="Nothing is sampled.")
    chunking_strategy: Literal["auto"] = Field("auto", description="Pieces are cut at silence.")

    def check(self) -> None:
        """Refuse fields that do not go together.

        Raises:
            FieldError: They do not.
        """
        if self.timestamp_granularities and self.response_format != "verbose_json":
            raise FieldError(
                "timestamp_granularities", f"needs response_format verbose_json, not {self.response_format}"
            )
        if self.stream and self.response_format not in STREAMED_FORMATS:
            raise FieldError(
                "response_format",
                f"must be one of {', '.join(STREAMED_FORMATS)} with stream, not {self.response_format}",
            )
        if self.languages and "language" in self.model_fields_set:
            raise FieldError("languages", "cannot be given together with language")

    def task(self, served: Collection[str]) -> Task:
        """What to find out.

        Args:
            served: Codes of languages that can be heard here.

        Raises:
            FieldError: A language is not known, or not one that the model hears.
            LanguageNotServedError: Nobody here hears it.
        """
        return Task(
            self._languages(served),
            tuple(Keyword(text) for text in self.keywords),
            tells_speakers=self.response_format == "diarized_json",
        )

    def _languages(self, served: Collection[str]) -> tuple[str, ...]:
        english_only = HEARING_MODELS[self.model] == ENGLISH_ONLY
        if english_only and not ({"language", "languages"} & self.model_fields_set):
            return candidates("en", "language", served)
        if not self.languages:
            found = candidates(self.language, "language", served)
        else:
            codes = (code for named in self.languages for code in candidates(named, "languages", served))
            found = tuple(dict.fromkeys(codes))
        if english_only and found != ("en",):
            raise FieldError("language", f"must be en, the only language of {ENGLISH_ONLY}")
        return found


def parse_form(values: Mapping[str, Sequence[str]]) -> TranscriptionForm:
    """Read the fields of a form; clients write the names of lists with and without ``[]``.

    Raises:
        FieldError: A field is missing, wrong, not known or not served.
    """
    gathered: dict[str, list[str]] = {}
    for name, texts in values.items():
        gathered.setdefault(name.removesuffix("[]"), []).extend(texts)
    fields = {name: texts if name in LISTS else texts[-1] for name, texts in gathered.items()}
    form = parse_fields(fields, TranscriptionForm, UNSUPPORTED)
    form.check()
    return form
