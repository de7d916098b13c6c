"""A real browser for tests: Debian's Chromium, with an ear at the loudspeaker and a recording at the microphone."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.async_api import Page, Request, WebSocket, async_playwright

from tests.servers import ADMIN_KEY, KEY

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
PATIENCE_MS = 60_000

EAR = """
(() => {
  const connect = AudioNode.prototype.connect;
  window.ears = [];
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && target.context instanceof AudioContext) {
      const ear = new AnalyserNode(target.context, { fftSize: 8192 });
      connect.call(this, ear);
      window.ears.push(ear);
    }
    return connect.call(this, target, ...rest);
  };
  const samples = new Float32Array(8192);
  /** RMS of what has reached the loudspeakers in the last so many seconds, of all contexts. */
  window.loudness = (seconds = 0.05) => {
    const running = window.ears.filter(({ context }) => context.state === "running");
    return Math.max(0, ...running.map((ear) => {
      ear.getFloatTimeDomainData(samples);
      const last = samples.subarray(-Math.min(8192, Math.round(seconds * ear.context.sampleRate)));
      return Math.sqrt(last.reduce((sum, sample) => sum + sample * sample, 0) / last.length);
    }));
  };
  /** Seconds of a context's time at which the sound in the ear began; null while it is silent. */
  window.onset = (ear) => {
    ear.getFloatTimeDomainData(samples);
    const at = samples.findIndex((sample) => Math.abs(sample) > 0.01);
    return at < 0 ? null : ear.context.currentTime - (8192 - at) / ear.context.sampleRate;
  };
})();
"""


class Seen:
    """What a page asked for and complained of."""

    def __init__(self, url: str) -> None:
        self.origin = urlsplit(url).netloc
        self.requests: list[Request] = []
        self.sockets: list[WebSocket] = []
        self.problems: list[str] = []

    def watch(self, page: Page) -> None:
        # Playwright takes no built-in methods, such as a list's.
        page.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108
        page.on("websocket", lambda socket: self.sockets.append(socket))  # noqa: PLW0108
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.requests] + [socket.url for socket in self.sockets]

    def check(self, *, problems: bool = True) -> None:
        """No request left the origin, no address held the key, and the browser had nothing to say."""
        for url in self.urls:
            assert url.startswith(("blob:", "data:")) or urlsplit(url).netloc == self.origin, url
            assert KEY not in url
            assert ADMIN_KEY not in url
        if problems:
            assert not self.problems


@asynccontextmanager
async def browsing(
    url: str,
    *,
    view: str = "speak",
    key: str | None = KEY,
    admin: str | None = None,
    size: tuple[int, int] = (1280, 860),
    scheme: str = "light",
    microphone: Path | None = None,
    init: str = "",
    **more: Any,
) -> AsyncIterator[tuple[Page, Seen]]:
    """Open the playground of a server in a browser of its own.

    Args:
        url: The server.
        view: Which of its views.
        key: Put into the tab as if it had been pasted; None to see the door.
        admin: The same for the admin key.
        size: Of the window, in CSS pixels.
        scheme: Which colours the system prefers.
        microphone: A WAV file that is heard once.
        init: Runs before the page.
        more: Other options of the browser's context.
    """
    arguments = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--mute-audio"]
    if microphone is not None:
        arguments.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=arguments, env={**os.environ})
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        seen = Seen(url)
        seen.watch(page)
        await page.add_init_script(EAR + init)
        for name, value in (("key", key), ("admin", admin)):
            if value:
                await page.add_init_script(f"sessionStorage.setItem('openwaves.{name}', '{value}')")
        await page.goto(f"{url}/#/{view}")
        try:
            yield page, seen
        finally:
            await browser.close()


async def until(page: Page, condition: str) -> None:
    """Wait until an expression is true in the page. Playwright's own waiting needs ``eval``, which the policy bars."""
    await page.evaluate(
        f"""async () => {{
          const end = performance.now() + {PATIENCE_MS};
          while (!({condition})) {{
            if (performance.now() > end) throw new Error({condition!r} + " did not become true");
            await new Promise((resolve) => setTimeout(resolve, 10));
          }}
        }}"""
    )
