import pytest

from openwaves.tts.g2p import espeak, readers
from openwaves.tts.g2p.brahmic import phonemize_word
from openwaves.tts.g2p.readers import OWN, phonemize


def test_our_own_languages_are_read_by_our_rules() -> None:
    assert espeak.BRAHMIC >= OWN
    assert phonemize(["मतलब,", "—", "भाई-बहन", "😀"], "hi") == ["mˈʌtlˌəb", "", "bʰˈaːi bˈʌhən", ""]


def test_foreign_letters_and_digits_are_left_to_espeak() -> None:
    words = ["घर", "WiFi", "५", "कa"]
    spoken = phonemize(words, "hi")
    assert spoken == [phonemize_word("घर", "hi"), *espeak.phonemize(words[1:], "hi")]
    assert all(spoken)


def test_other_languages_are_read_by_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert phonemize(["cielo"], "es", "latin american") == ["sjˈelo"]
    monkeypatch.setattr(readers, "OWN", OWN - {"hi"})
    assert phonemize(["मतलब"], "hi") == espeak.phonemize(["मतलब"], "hi")
