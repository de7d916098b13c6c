"""The catalogue and the clips on the wire."""

import io

import av
import pytest
import requests

from openwaves.tts.voices.catalogue import Catalogue
from tests.servers import RunningServer


@pytest.mark.parametrize(
    ("model", "pool"),
    [
        ("lightning-v3.1", "lightning_v3.1"),
        ("lightning_v3.1", "lightning_v3.1"),
        ("lightning-v3.1-pro", "lightning_v3.1_pro"),
        ("lightning-v2", "lightning_v3.1"),
        ("lightning", "lightning_v3.1"),
        ("lightning-large", "lightning_v3.1"),
    ],
)
def test_get_voices_lists_the_models_pool(tone_server: RunningServer, model: str, pool: str) -> None:
    answer = tone_server.get(f"/waves/v1/{model}/get_voices")
    assert answer.status_code == 200
    listed = answer.json()["voices"]
    assert [row["voiceId"] for row in listed] == [voice.id for voice in Catalogue.load().for_model(pool)]
    for row in listed:
        assert row["displayName"]
        assert row["tags"]["gender"] in ("female", "male")
        assert row["tags"]["age"]
        assert row["tags"]["accent"]
        assert row["tags"]["usecases"]
        assert all(name.isalpha() and name.islower() for name in row["tags"]["language"])


def test_an_unknown_model_names_the_known_ones(tone_server: RunningServer) -> None:
    answer = tone_server.get("/waves/v1/gpt/get_voices")
    assert answer.status_code == 404
    assert "lightning-v3.1-pro" in answer.json()["message"]


def test_get_all_models_lists_every_voice_with_a_clip_that_plays_without_a_key(
    tone_server: RunningServer,
) -> None:
    rows = tone_server.get("/waves/v1/voice/get-all-models").json()["voices"]
    assert len(rows) == len(Catalogue.load().voices)
    assert len({row["_id"] for row in rows}) == len(rows)
    for row in (rows[0], rows[-1]):
        assert row["description"]
        clip = requests.get(row["audioPreview"], timeout=30)
        assert clip.status_code == 200
        assert clip.headers["content-type"] == "audio/mpeg"
        with av.open(io.BytesIO(clip.content), "r") as container:
            assert sum(frame.samples for frame in container.decode(audio=0)) > 24000
        assert requests.get(row["audioPreview"], timeout=30).content == clip.content


def test_a_clip_of_nobody_is_a_404(tone_server: RunningServer) -> None:
    assert tone_server.get("/waves/v1/voice/preview/nobody.mp3", key=None).status_code == 404


def test_links_follow_the_public_url(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.servers import server

    options = ("--engine", "tone", "--public-url", "https://voices.example/")
    with server(tmp_path_factory.mktemp("public"), *options) as running:
        rows = running.get("/waves/v1/voice/get-all-models").json()["voices"]
        assert rows[0]["audioPreview"].startswith("https://voices.example/waves/v1/voice/preview/")
