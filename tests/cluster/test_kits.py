"""The conformance kits against a fleet with the real networks: they pass as they do against one process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import KEY

pytest.importorskip("ray", reason="the extra cluster is not installed")

from tests.cluster.fleets import Fleet, fleet

pytestmark = [pytest.mark.slow, pytest.mark.alone]

KITS = next(
    (kits for folder in Path(__file__).parents if (kits := folder / "shared" / "conformance").is_dir()), Path("missing")
)
AT_ONCE = {"KIT_JOBS": "3", "KIT_LAG": "4", "KIT_SLOW": "0"}  # latency is measured elsewhere
# With the full decoder two slow cores refuse some of so many listeners, in one process as in a fleet.
OPTIONS = {"engine": "auto", "private_urls": True, "decoder": "fast", "fast_models": "all"}
MOST_S = 400


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    if not KITS.is_dir():
        pytest.skip("the conformance kits are not here")
    with fleet(tmp_path_factory.mktemp("kits"), options=OPTIONS, workers=1, most_workers=1, worker_cpus=2) as started:
        yield started


@pytest.mark.parametrize(("kit", "least"), [("kit_raw", 60), ("kit_stt_raw", 100)])
def test_a_kit_passes(running: Fleet, kit: str, least: int) -> None:
    environment = {**os.environ, **AT_ONCE, "BASE_URL": running.url, "API_KEY": KEY}
    line = [sys.executable, f"{kit}.py"]
    told = subprocess.run(
        line, cwd=KITS, env=environment, capture_output=True, text=True, timeout=MOST_S, check=False
    ).stdout.splitlines()
    assert [line for line in told if line.startswith("FAIL")] == []
    assert sum(line.startswith("PASS") for line in told) >= least
