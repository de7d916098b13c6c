"""The examples of the documents run against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.llm.upstream import ANSWER
from tests.servers import KEY, RunningServer

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(block[1], block[2], id=f"{path.name}-{number}")
    for path in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    for number, block in enumerate(BLOCK.finditer(path.read_text(encoding="utf-8")), 1)
]
EXCERPT = re.compile(r"<!-- excerpt: .{8,} -->$")
SOUNDS = (".wav", ".mp3", ".m4b", ".opus", ".flac", ".pcm")
CHATS = re.compile(r"chat[/.]completions|^from (?:langchain_openai|pipecat)\b", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize(("language", "code"), EXAMPLES)
def test_an_example_runs(tone_server: RunningServer, tmp_path: Path, language: str, code: str) -> None:
    for name in re.findall(r"^from (langchain_openai|pipecat)\b", code, re.MULTILINE):
        pytest.importorskip(name, reason=f"{name} is not installed")
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-euc", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "OPENWAVES_URL": tone_server.url,
        "OPENWAVES_API_KEY": KEY,
        "OPENWAVES_ENGINE": "tone",  # commands without a server need no model files either
    }
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    if CHATS.search(code):
        assert ANSWER in ran.stdout.decode()
    for made in tmp_path.rglob("*"):
        least = 1000 if made.suffix in SOUNDS else 1
        assert made.is_dir() or made.stat().st_size >= least, f"{made.name} is empty"


PAGES = sorted([ROOT / "README.md", ROOT / "examples" / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_block_of_code_runs_or_says_why_not(path: Path) -> None:
    """``python`` and ``bash`` blocks run above; before any other one stands ``<!-- excerpt: reason -->``."""
    lines = path.read_text(encoding="utf-8").split("\n")
    is_inside, last = False, ""
    for number, line in enumerate(lines, 1):
        begins = line.startswith("```") if not is_inside else False
        if begins and line[3:] not in ("python", "bash"):
            assert EXCERPT.match(last), f"{path.name}:{number}: {line}"
        if line.startswith("```"):
            is_inside = not is_inside
        elif (
            not is_inside and line.startswith("    ") and not lines[number - 2].strip() and not last.startswith("    ")
        ):
            assert EXCERPT.match(last), f"{path.name}:{number}: {line}"
        if line.strip():
            last = line


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
