"""Takes the pictures of the playground in docs/playground/ from a running server with real voices and chat.

Needs Chromium and playwright: ``python scripts/make_screenshots.py http://127.0.0.1:8000``, with the key in
``OPENWAVES_API_KEY``. What the microphone hears is spoken by the server itself.
"""

import io
import json
import os
import shutil
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import requests
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "playground"
VOICE = "sophia"
DESK, PHONE = (1280, 840), (390, 844)
QUESTIONS = ("Good evening. Do you have a room for two nights?", "That is wonderful. Is breakfast included?")
CALL = "Good morning, and thank you for calling. Your table for four is booked for half past seven on Friday."


def spoken(url: str, key: str, text: str) -> np.ndarray:
    """A text at 16 kHz, as 16-bit samples."""
    asked: dict[str, str | int] = {"text": text, "voice_id": "jordan", "sample_rate": 16000, "output_format": "wav"}
    answer = requests.post(f"{url}/waves/v1/tts", json=asked, headers={"Authorization": f"Bearer {key}"}, timeout=120)
    answer.raise_for_status()
    with wave.open(io.BytesIO(answer.content)) as file:
        return np.frombuffer(file.readframes(-1), "<i2")


def recording(path: Path, parts: list[np.ndarray]) -> str:
    """A WAV file of parts with silence between them."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(np.concatenate(parts).astype("<i2").tobytes())
    return str(path)


def silence(seconds: float) -> np.ndarray:
    """Samples of silence."""
    return np.zeros(round(16000 * seconds), "<i2")


def speak(page: Page, seconds: float) -> None:
    """In the middle of a sentence."""
    page.locator("button.go").click()
    page.wait_for_selector("[data-state=speaking]")
    page.wait_for_timeout(1000 * seconds)


def listen(page: Page, file: str) -> None:
    """A file, while it plays."""
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector("[data-state=done]")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(2600)


def talk(page: Page, _: str) -> None:
    """Two turns, the second one's answer just begun."""
    page.locator("button.go").click()
    page.wait_for_selector(".turn:nth-of-type(3) .steps li:nth-child(5)")
    page.wait_for_timeout(2500)


def main(url: str, key: str) -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        call = recording(Path(folder) / "call.wav", [spoken(url, key, CALL)])
        first, second = (spoken(url, key, question) for question in QUESTIONS)
        visit = recording(Path(folder) / "visit.wav", [silence(7), first, silence(9), second, silence(40)])
        pictures: dict[str, tuple[str, str, tuple[int, int], Callable[[Page], None]]] = {
            "speak-light": ("speak", "light", DESK, lambda page: speak(page, 4.6)),
            "speak-dark": ("speak", "dark", DESK, lambda page: speak(page, 4.6)),
            "speak-phone": ("speak", "light", PHONE, lambda page: speak(page, 3.4)),
            "voices-dark": ("speak", "dark", DESK, lambda page: page.locator("button.card").click()),
            "listen-light": ("listen", "light", DESK, lambda page: listen(page, call)),
            "talk-light": ("talk", "light", DESK, lambda page: talk(page, visit)),
            "talk-phone": ("talk", "dark", PHONE, lambda page: talk(page, visit)),
        }
        wanted = sys.argv[2:] or pictures
        for name in wanted:
            view, scheme, size, act = pictures[name]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=[
                        "--no-sandbox",
                        "--use-fake-ui-for-media-stream",
                        "--use-fake-device-for-media-stream",
                        f"--use-file-for-fake-audio-capture={visit}%noloop",
                    ],
                )
                page = browser.new_page(
                    viewport={"width": size[0], "height": size[1]},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    device_scale_factor=2 if size == PHONE else 1.5,
                )
                page.add_init_script(f"sessionStorage.setItem('openwaves.key', '{key}')")
                page.add_init_script(f"localStorage.setItem('openwaves.speak', '{json.dumps({'voice': VOICE})}')")
                page.goto(f"{url}/#/{view}")
                page.wait_for_selector("text=Server ready")
                page.wait_for_timeout(900)
                act(page)
                page.wait_for_timeout(300)
                page.screenshot(path=FOLDER / f"{name}.png")
                browser.close()
            print(f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), os.environ["OPENWAVES_API_KEY"])
