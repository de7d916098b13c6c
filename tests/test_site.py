"""The documents as a site: it builds strictly, loads nothing from elsewhere, and says what the code says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from scripts.make_options_page import PAGE, page

from openwaves.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 40
    for built in pages:
        text = built.read_text(encoding="utf-8")
        assert not re.search(r"(?:src=|<link[^>]+href=)\"(?:https?:)?//", text), built.name
    for style in tmp_path.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", style.read_text(encoding="utf-8")), style.name


def test_every_page_is_in_the_menu_once() -> None:
    menu = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named = re.findall(r"[\w/-]+\.md", repr(menu))
    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_every_option_is_documented_as_it_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(), "run: python -m scripts.make_options_page"
    for name in Settings.model_fields:
        assert f"| `--{name.replace('_', '-')}` |" in text


def test_the_cards_tell_figures_that_were_measured() -> None:
    """Each figure of a card stands on a page that says how it was measured."""
    pages = ("quality", "recognition", "performance", "chat", "cloning")
    measured = set(
        re.findall(r"\d+\.\d+", "".join((DOCS / f"{name}.md").read_text(encoding="utf-8") for name in pages))
    )
    cards = (DOCS / "cards.md").read_text(encoding="utf-8")
    told = set(re.findall(r"(?<![\w.-])\d+\.\d+(?![\w.]*\s?B)", cards)) - {"2.5", "0.5", "2.0"}  # of names
    assert told - measured == set()


@pytest.mark.parametrize("name", ["quick start", "concepts", "migration", "troubleshooting"])
def test_the_pages_that_people_look_for_are_there(name: str) -> None:
    page_of = {"quick start": "index.md", "concepts": "concepts.md"}.get(name, f"{name}.md")
    assert (DOCS / page_of).is_file()
