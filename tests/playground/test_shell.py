"""The page as a whole: the door, a server that goes and comes back, every view for everybody, and its weight."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.playground.browsing import browsing, needs_browser, until
from tests.servers import ADMIN_KEY, KEY, RunningServer, server

Axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-playwright-python is not installed").Axe

pytestmark = needs_browser

VIEWS = ("speak", "listen", "talk", "voices", "dictionaries", "keys")
SIGN_IN = re.compile(r"playground: (http://\S+/#sign-in=\S+)")


async def shown(page: Page, view: str) -> None:
    """Go to a view and wait until it stands."""
    await page.evaluate("(view) => { location.hash = '#/' + view }", view)
    await page.locator(f".nav a[data-view={view}][aria-current=page]").wait_for()
    await page.locator("#main h1").wait_for()
    await page.wait_for_timeout(400)


async def test_a_key_is_pasted_once(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, key=None) as (page, seen):
        box = page.get_by_label("API key")
        await box.fill("sk_wrong")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("This key does not open this server.").wait_for()
        await box.fill(KEY)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("heading", name="Speak").wait_for()
        await page.reload()
        await page.get_by_role("heading", name="Speak").wait_for()
        assert await page.evaluate("Object.values(localStorage).join().includes('sk_')") is False
        await page.get_by_role("button", name="Sign out of this tab").click()
        await page.get_by_label("API key").wait_for()
        assert await page.evaluate("sessionStorage.length") == 0
        seen.check(problems=False)  # the refusal is told in the console


async def test_the_link_signs_in_and_leaves_no_trace(tmp_path: Path) -> None:
    with server(tmp_path, "--engine", "tone") as running:
        found = SIGN_IN.search("".join(running.log))
        assert found
        async with browsing(running.url, key=None) as (page, seen):
            await page.goto("about:blank")
            await page.goto(found[1])
            await page.get_by_role("heading", name="Speak").wait_for()
            assert "sign-in" not in page.url
            await page.get_by_role("button", name="Speak", exact=True).click()
            await until(page, "window.loudness() > 0.02")
            seen.check()
            assert not [url for url in seen.urls if "wps_" in url]
        async with browsing(running.url, key=None) as (page, _):
            await page.goto("about:blank")
            await page.goto(found[1])
            await page.get_by_text("was used").wait_for()


async def test_a_server_goes_and_comes_back(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with server(tmp_path, "--engine", "tone", "--port", port) as first:
        async with browsing(first.url) as (page, _):
            await page.get_by_role("button", name="Speak", exact=True).click()
            await until(page, "document.querySelector('.time').textContent")
            await until(page, "document.querySelector('.speak').dataset.state === 'idle'")
            first.stop()
            await page.get_by_role("button", name="Speak", exact=True).click()
            await page.get_by_text("No answer from the server").wait_for()
            with server(tmp_path, "--engine", "tone", "--port", port):
                await page.get_by_text("Server ready").wait_for()
                await page.get_by_role("button", name="Speak", exact=True).click()
                await until(page, "window.loudness() > 0.02")


@pytest.fixture(scope="module")
def admin_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with server(tmp_path_factory.mktemp("admin"), "--engine", "tone", OPENWAVES_ADMIN_KEY=ADMIN_KEY) as running:
        running.post("/waves/v1/pronunciation-dicts", {"items": [{"word": "nginx", "pronunciation": "engine-x"}]})
        yield running


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 860)), ("dark", (390, 844))])
async def test_every_view_is_for_everybody(admin_server: RunningServer, scheme: str, size: tuple[int, int]) -> None:
    async with browsing(admin_server.url, scheme=scheme, size=size, admin=ADMIN_KEY) as (page, seen):
        for view in VIEWS:
            await shown(page, view)
            await _no_serious_fault(page, view)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{view} is wider than the window"
            )
        await shown(page, "speak")
        await page.get_by_role("button", name="Voice:").click()
        await _no_serious_fault(page, "the list of voices")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="As code").click()
        await _no_serious_fault(page, "the code")
        seen.check()


async def test_the_door_is_for_everybody(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, key=None) as (page, _):
        await page.get_by_label("API key").wait_for()
        await _no_serious_fault(page, "the door")


async def _no_serious_fault(page: Page, where: str) -> None:
    await page.wait_for_timeout(400)  # what appears is see-through for a moment
    found = (await Axe().run(page)).response["violations"]
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious, f"{where}: {serious}"


async def test_the_keyboard_is_enough(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url) as (page, _):
        await page.get_by_role("heading", name="Speak").wait_for()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.get_by_label("Text to speak").focus()
        await page.keyboard.press("Control+Enter")
        await until(page, "window.loudness() > 0.02")
        await page.keyboard.press("Escape")
        await until(page, "window.loudness(0.01) === 0")
        strip = page.get_by_role("slider", name="Place in the sound")
        assert "of 0:" in (await strip.get_attribute("aria-valuetext") or "")
        await strip.focus()
        await page.keyboard.press("End")
        await page.keyboard.press("ArrowLeft")
        await until(page, "window.loudness() > 0.02")


async def test_a_telephone_speaks(tone_server: RunningServer) -> None:
    """By taps, on a narrow page; nothing that is used lies under the bars."""
    async with browsing(tone_server.url, size=(390, 844), has_touch=True, is_mobile=True) as (page, seen):
        await page.get_by_label("Text to speak").fill("One two three four five six seven.")
        await page.get_by_role("button", name="Speak", exact=True).tap()
        await until(page, "window.loudness() > 0.02 && document.querySelector('.w.on')")
        await page.get_by_role("link", name="Listen").tap()
        await page.get_by_role("button", name="Start listening").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        seen.check()


@pytest.mark.parametrize(("size", "key"), [((390, 844), KEY), ((1280, 860), None)])
async def test_the_reference_is_one_click_away(
    tone_server: RunningServer, size: tuple[int, int], key: str | None
) -> None:
    async with browsing(tone_server.url, size=size, key=key) as (page, seen):
        await page.get_by_role("link", name="API reference").click()
        await page.wait_for_url("**/reference")
        assert "/waves/v1/tts" in await page.locator("body").inner_text()
        seen.check()


async def test_it_is_there_at_once(tone_server: RunningServer) -> None:
    took = [1000.0]
    while min(took) >= 1000 and len(took) < 4:  # other work on the machine may delay one
        async with browsing(tone_server.url) as (page, _):
            await until(page, "document.documentElement.dataset.interactive")
            took.append(float(await page.evaluate("document.documentElement.dataset.interactive")))
    assert min(took) < 1000, took


async def test_all_of_it_is_small(admin_server: RunningServer) -> None:
    async with browsing(admin_server.url, admin=ADMIN_KEY) as (page, seen):
        for view in VIEWS:
            await shown(page, view)
        taken = await page.evaluate(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
            ".map(({ name, transferSize }) => [new URL(name).pathname, transferSize])"
        )
        files = {path: size for path, size in taken if path == "/" or path.startswith("/playground/")}
        assert len(files) > 20
        assert sum(files.values()) < 200_000, files
        seen.check()
