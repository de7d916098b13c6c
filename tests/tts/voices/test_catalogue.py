"""The catalogue: who is in it, what they are made of, and that it is what its generator writes."""

import csv
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from openwaves.models.store import KOKORO_VOICES, load_manifest
from openwaves.tts.voices.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "scripts" / "voices.tsv"
GENERATOR = ROOT / "scripts" / "make_voices.py"
CATALOGUE = Path(str(files("openwaves.tts.voices") / "data" / "voices.toml"))

TWELVE_LANGUAGES = ("en", "hi", "mr", "kn", "ta", "bn", "gu", "te", "ml", "pa", "or", "es")
USE_CASES = {
    "conversational",
    "narration",
    "customer support",
    "education",
    "entertainment",
    "news",
    "advertising",
    "social media",
    "gaming",
    "meditation",
}
NATIVE_LETTERS = {"american": "a", "canadian": "a", "british": "b", "australian": "b", "indian": "h", "spanish": "e"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def test_every_voice_of_the_table_is_there(catalogue: Catalogue) -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("#")]
    table = {
        row["id"]: (row["gender"], row["accent"], tuple(row["languages"].split(",")), (row["model"],))
        for row in csv.DictReader(lines, delimiter="\t")
    }

    listed = {voice.id: (voice.gender, voice.accent, voice.languages, voice.models) for voice in catalogue.voices}

    assert listed == table
    assert len(catalogue.voices) == len(listed) >= 120


@pytest.mark.parametrize("language", TWELVE_LANGUAGES)
def test_every_language_has_two_women_and_two_men(catalogue: Catalogue, language: str) -> None:
    genders = Counter(voice.gender for voice in catalogue.for_language(language))

    assert genders["female"] >= 2
    assert genders["male"] >= 2


@pytest.mark.parametrize("model", ["lightning_v3.1", "lightning_v3.1_pro"])
def test_every_model_has_voices(catalogue: Catalogue, model: str) -> None:
    assert len(catalogue.for_model(model)) >= 60


def test_what_people_read_is_filled_in(catalogue: Catalogue) -> None:
    for voice in catalogue.voices:
        assert voice.name == voice.id.title()
        assert voice.age in {"young", "adult", "senior"}
        assert 1 <= len(voice.use_cases) <= 3
        assert set(voice.use_cases) <= USE_CASES
        assert voice.description.endswith(".")


def test_mixes_are_sound(catalogue: Catalogue) -> None:
    packs = {
        Path(file.path).stem
        for group in load_manifest()
        for file in group.files
        if file.path.startswith(f"{KOKORO_VOICES}/")
    }
    assert packs

    for voice in catalogue.voices:
        if voice.engine != "kokoro":
            continue
        assert sum(voice.timbre.values()) == pytest.approx(1.0), voice.id
        assert sum(voice.prosody.values()) == pytest.approx(1.0), voice.id
        assert 1 <= len(voice.timbre) <= 3
        assert max(voice.timbre.values()) >= 0.4
        assert {*voice.timbre, *voice.prosody} <= packs
        assert {name[1] for name in voice.timbre} == {voice.gender[0]}
        assert 0.88 <= voice.speed <= 1.12
        assert 0.88 <= voice.pitch <= 1.12


def test_no_two_voices_are_made_alike(catalogue: Catalogue) -> None:
    made = Counter(
        (voice.engine, tuple(sorted(voice.timbre.items())), tuple(sorted(voice.prosody.items())))
        for voice in catalogue.voices
    )

    assert made.most_common(1)[0][1] == 1


def test_prosody_comes_from_the_accent(catalogue: Catalogue) -> None:
    for voice in catalogue.voices:
        letter = NATIVE_LETTERS.get(voice.accent)
        if letter and voice.engine == "kokoro":
            native = sum(weight for name, weight in voice.prosody.items() if name[0] == letter)
            assert native >= 0.6 - 1e-9, voice.id


@pytest.mark.slow
def test_the_generator_writes_this_catalogue_and_keeps_its_gains(tmp_path: Path) -> None:
    output = tmp_path / "voices.toml"
    shutil.copy(CATALOGUE, output)

    done = subprocess.run(
        [sys.executable, GENERATOR, "--output", output], check=True, capture_output=True, text=True, timeout=300
    )

    assert done.stdout.count("smallest distance") == 2
    assert tomllib.loads(output.read_text(encoding="utf-8")) == tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
