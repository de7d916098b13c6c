"""Servers that many tests share."""

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from openwaves.assembly import load_speaker
from openwaves.models.progress import LineProgress
from openwaves.settings import load_settings
from openwaves.tts.speaker import LocalSpeaker
from tests.databases import MISSING, Postgres, postgres
from tests.llm.upstream import Behaviour, upstream
from tests.servers import ADMIN_KEY, RunningServer, server

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # a busy machine makes no test fail


@pytest.fixture(scope="session")
def tone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that speaks in tones and chats through another one: no model files, ready at once."""
    with (
        upstream(Behaviour()) as url,
        server(tmp_path_factory.mktemp("tone"), "--engine", "tone", "--llm-url", url) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def voice_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the real voices."""
    with server(tmp_path_factory.mktemp("voices")) as running:
        yield running


@pytest.fixture(scope="session")
def speaker() -> LocalSpeaker:
    """The real networks, in this process."""
    return load_speaker(load_settings(), 2, LineProgress(), print)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own."""
    with postgres() as running:
        if running is None:
            pytest.skip(MISSING)
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty database: "" is the SQLite file in the data folder."""
    return _database_url(request)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def state_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that speaks in tones, on either database, with an admin key."""
    folder, url = tmp_path_factory.mktemp("state"), _database_url(request)
    with server(folder, "--engine", "tone", OPENWAVES_DATABASE_URL=url, OPENWAVES_ADMIN_KEY=ADMIN_KEY) as running:
        running.database_url, running.data_dir = url, folder
        yield running


def _database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    running: Postgres = request.getfixturevalue("postgres_server")
    name = "t" + uuid.uuid4().hex
    running.run(f"CREATE DATABASE {name}")
    return running.url(name)
