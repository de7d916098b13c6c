import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from openwaves.assembly import load_speaker
from openwaves.errors import EngineError
from openwaves.models.progress import LineProgress
from openwaves.settings import load_settings
from openwaves.tts.engines import Engine
from openwaves.tts.engines.on_demand import OnDemandEngine
from openwaves.tts.engines.tone import ToneEngine
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Style


def wait_until_unloaded(engine: OnDemandEngine) -> None:
    end = time.monotonic() + 30
    while engine.is_loaded:
        assert time.monotonic() < end, "it was not unloaded"
        time.sleep(0.01)


def test_it_is_unloaded_after_a_while_and_comes_back() -> None:
    loaded = []

    def load() -> Engine:
        loaded.append(time.monotonic())
        return ToneEngine()

    engine = OnDemandEngine(load, idle_s=0.2)
    before = engine.synthesize("həlˈoʊ", Style())
    wait_until_unloaded(engine)
    after = engine.synthesize("həlˈoʊ", Style())
    assert len(loaded) == 2
    assert np.array_equal(before.samples, after.samples)
    assert engine.max_phonemes == ToneEngine().max_phonemes
    wait_until_unloaded(engine)


def test_speech_keeps_it_loaded() -> None:
    engine = OnDemandEngine(ToneEngine, idle_s=0.5)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        engine.synthesize("a", Style())
        assert engine.is_loaded
        time.sleep(0.02)


def test_many_callers_lose_nothing_while_it_comes_and_goes() -> None:
    engine = OnDemandEngine(ToneEngine, idle_s=0.001)
    expected = engine.synthesize("həlˈoʊ", Style()).samples

    def speak(number: int) -> bool:
        time.sleep(number % 7 / 1000)
        return np.array_equal(engine.synthesize("həlˈoʊ", Style()).samples, expected)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(speak, range(400)))


def test_a_failed_loading_is_told_and_tried_again() -> None:
    state = {"broken": False}

    def load() -> Engine:
        if state["broken"]:
            raise EngineError("the network cannot be loaded: no such file")
        return ToneEngine()

    engine = OnDemandEngine(load, idle_s=0.05)
    wait_until_unloaded(engine)
    state["broken"] = True
    with pytest.raises(EngineError, match="no such file"):
        engine.synthesize("a", Style())
    state["broken"] = False
    assert len(engine.synthesize("a", Style()).samples)


@pytest.mark.slow
@pytest.mark.alone
def test_the_networks_give_their_memory_back() -> None:
    settings = load_settings(None, idle_unload_s=2.0)
    quiet_threads = set(threading.enumerate())
    speaker = load_speaker(settings, 2, LineProgress(), print)
    kokoro = speaker.engines["kokoro"]
    assert isinstance(kokoro, OnDemandEngine)
    style = speaker.style(Catalogue.load().get("magnus"))
    first = kokoro.synthesize("həlˈoʊ wˈɜːld.", style)
    loaded_mb = psutil.Process().memory_info().rss / 1e6
    wait_until_unloaded(kokoro)
    time.sleep(0.5)
    unloaded_mb = psutil.Process().memory_info().rss / 1e6
    print(f"\n{loaded_mb:.0f} MB with the network, {unloaded_mb:.0f} MB without")
    assert loaded_mb - unloaded_mb > 200
    began = time.monotonic()
    again = kokoro.synthesize("həlˈoʊ wˈɜːld.", style)
    print(f"back and spoken in {time.monotonic() - began:.2f} s")
    assert np.array_equal(first.samples, again.samples)
    assert isinstance(speaker, LocalSpeaker)
    assert len(set(threading.enumerate()) - quiet_threads) < 10
