"""Dictionaries, voices and keys, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.playground.browsing import browsing, needs_browser, until
from tests.recordings import voice_wav
from tests.servers import ADMIN_KEY, RunningServer, server

pytestmark = needs_browser


@pytest.fixture(scope="module")
def admin_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with server(tmp_path_factory.mktemp("making"), "--engine", "tone", OPENWAVES_ADMIN_KEY=ADMIN_KEY) as running:
        yield running


async def spoken_s(page: Page) -> float:
    """Speak what stands there; the length of its sound."""
    await page.get_by_role("button", name="Speak", exact=True).click()
    await until(page, "document.querySelector('.figures div:nth-child(2) dd').textContent !== '–'")
    return float((await page.locator(".figures dd").nth(2).inner_text()).removesuffix(" s"))


async def test_a_dictionary_is_heard_before_and_after_it_is_saved(admin_server: RunningServer) -> None:
    async with browsing(admin_server.url, view="dictionaries") as (page, seen):
        await page.get_by_label("Word 1", exact=True).fill("nginx")
        await page.get_by_label("How word 1 should sound").fill("a very long winded engine ex")
        sizes = {}
        for name in ("before", "after"):
            async with page.expect_response("**/waves/v1/tts") as answer:
                await page.get_by_role("button", name=f"Hear word 1 {name}").click()
            sizes[name] = len(await (await answer.value).body())
            await page.wait_for_timeout(200)
        assert sizes["after"] > 1.3 * sizes["before"]
        assert admin_server.get("/waves/v1/pronunciation-dicts").json() == []
        await page.get_by_role("button", name="Save dictionary").click()
        await page.get_by_text("Saved.").wait_for()
        kept = admin_server.get("/waves/v1/pronunciation-dicts").json()
        assert [one["items"] for one in kept] == [[{"word": "nginx", "pronunciation": "a very long winded engine ex"}]]

        await page.get_by_role("link", name="Speak").click()
        await page.get_by_label("Text to speak").fill("We use nginx.")
        before_s = await spoken_s(page)
        await page.get_by_label("nginx").check()
        await page.keyboard.press("Escape")
        assert await spoken_s(page) > before_s + 0.5

        await page.get_by_role("link", name="Dictionaries").click()
        await page.get_by_label("How word 1 should sound").fill("engine-x")
        async with page.expect_response(lambda answer: answer.request.method == "PUT"):
            await page.get_by_role("button", name="Save changes").click()
        await page.get_by_text("Saved.").last.wait_for()  # the first one may still stand there
        await page.get_by_role("button", name="Delete", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await page.get_by_text("None yet.").wait_for()
        seen.check()


async def test_a_voice_is_made_of_a_file(admin_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "asha.wav").write_bytes(voice_wav(12))
    async with browsing(admin_server.url, view="voices") as (page, seen):
        make = page.get_by_role("button", name="Make the voice")
        assert await make.is_disabled()
        await page.locator("input[type=file]").set_input_files(tmp_path / "asha.wav")
        await page.get_by_text("12 s of speech.").wait_for()
        await page.get_by_label("Name").fill("Asha")
        assert await make.is_disabled(), "nobody agreed yet"
        await page.get_by_label("The speaker agreed").check()
        await page.get_by_label("Their consent").fill("Asha Rao, by letter")
        await make.click()
        await page.get_by_text("Asha is ready.").wait_for()
        async with page.expect_response(re.compile("/voice-cloning/samples/")) as sample:
            await page.get_by_role("button", name="Hear Asha").click()
        assert (await sample.value).headers["content-type"] == "audio/mpeg"
        await page.get_by_role("button", name="Speak with Asha").click()
        await page.get_by_role("button", name="Voice: Asha").wait_for()
        await page.get_by_label("Text to speak").fill("Hello.")
        assert await spoken_s(page) > 0.2
        await page.get_by_role("link", name="Voices").click()
        await page.get_by_role("button", name="Delete Asha").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await page.get_by_text("None yet.").wait_for()
        seen.check()


async def test_a_recording_of_the_microphone_is_judged(admin_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "short.wav").write_bytes(voice_wav(2))
    async with browsing(admin_server.url, view="voices", microphone=tmp_path / "short.wav") as (page, _):
        await page.get_by_role("button", name="Record", exact=True).click()
        await page.wait_for_timeout(2500)
        await page.get_by_role("button", name="Stop").click()
        await page.get_by_text("at least 3 are needed").wait_for()


async def test_an_unusable_recording_is_told(admin_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "nothing.wav").write_bytes(b"RIFF nothing")
    async with browsing(admin_server.url, view="voices") as (page, _):
        await page.locator("input[type=file]").set_input_files(tmp_path / "nothing.wav")
        await page.get_by_label("Name").fill("Nobody")
        await page.get_by_label("The speaker agreed").check()
        await page.get_by_role("button", name="Make the voice").click()
        await page.locator(".notice.bad").wait_for()


async def test_keys_are_made_rotated_and_revoked(admin_server: RunningServer) -> None:
    async with browsing(admin_server.url, view="keys") as (page, seen):
        await page.get_by_label("Admin key").fill("admin_wrong_0123456789")
        await page.get_by_role("button", name="Open").click()
        await page.get_by_text("This is not the admin key.").wait_for()
        await page.get_by_label("Admin key").fill(ADMIN_KEY)
        await page.get_by_role("button", name="Open").click()
        await page.get_by_role("button", name="New account").click()
        await page.get_by_label("Name").fill("Phone agents")
        await page.get_by_label("Requests at once").fill("7")
        await page.get_by_role("button", name="Make the account").click()
        await page.get_by_role("cell", name="Phone agents", exact=True).first.wait_for()
        await page.get_by_role("button", name="New key").click()
        await page.get_by_label("Name").fill("Night shift")
        await page.get_by_label("Account", exact=True).select_option(label="Phone agents")
        await page.get_by_role("button", name="Make the key").click()
        secret = await page.get_by_role("dialog", name="The new key").locator("code").inner_text()
        assert admin_server.ask("GET", "/waves/v1/pronunciation-dicts", key=secret).status_code == 200
        await page.get_by_role("dialog", name="The new key").get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="Revoke Night shift").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await page.get_by_role("cell", name="Night shift", exact=True).wait_for(state="detached")
        assert admin_server.ask("GET", "/waves/v1/pronunciation-dicts", key=secret).status_code == 401
        seen.check(problems=False)


async def test_a_server_without_an_admin_key_says_so(tone_server: RunningServer) -> None:
    async with browsing(tone_server.url, view="keys") as (page, _):
        await page.get_by_label("Admin key").fill("x" * 20)
        await page.get_by_role("button", name="Open").click()
        await page.get_by_text("set OPENWAVES_ADMIN_KEY").wait_for()
