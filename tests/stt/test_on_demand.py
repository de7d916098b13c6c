"""Recognisers that are unloaded while nobody is heard."""

import time

from openwaves.stt.engines.base import LanguageIdentifier, Recogniser
from openwaves.stt.engines.on_demand import OnDemandRecogniser, on_demand
from openwaves.stt.engines.tone import ToneRecogniser, whistle


def test_it_is_unloaded_after_a_while_and_comes_back() -> None:
    n_loaded = 0

    def load() -> Recogniser:
        nonlocal n_loaded
        n_loaded += 1
        return ToneRecogniser(("en", "es"))

    recogniser = on_demand(load, 0.5)
    assert isinstance(recogniser, OnDemandRecogniser)
    assert isinstance(recogniser, LanguageIdentifier)
    assert (recogniser.name, recogniser.languages) == ("tone", frozenset({"en", "es"}))
    for number in range(1, 3):
        assert recogniser.transcribe(whistle("yes no"), "en", is_final=True).text == "yes no"
        assert recogniser.identify(whistle("yes"), ("en", "es")) == "en"
        assert n_loaded == number
        end = time.monotonic() + 20
        while recogniser.is_loaded:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_one_that_cannot_tell_languages_does_not_say_so() -> None:
    class Deaf:
        name, languages, longest_s = "deaf", frozenset({"en"}), 1.0
        transcribe = ToneRecogniser.transcribe

    assert not isinstance(on_demand(Deaf, 60), LanguageIdentifier)
