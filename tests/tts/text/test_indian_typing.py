"""Indian text as keyboards of ASCII and chats type it; numerals and letters of other scripts in it."""

import pytest

from openwaves.tts.normalize import Spoken
from openwaves.tts.text.analyze import pieces
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob


def said(text: str, language: str) -> str:
    segment = Segment(text, 0, len(text), 0.0)
    job = SpeechJob(segment, Catalogue.load().get("meher"), 1.0, language, None, math_notation=False, seed=0)
    found: list[Spoken] = list(pieces(job))
    return " ".join(" ".join(piece.text for piece in found).split())


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("hi", "होम लोन आदि| दु:ख मत कीजिए|", "होम लोन आदि। दुःख मत कीजिए।"),
        ("hi", "नि:शुल्क सेवा, अत: आइए। समय: सुबह", "निःशुल्क सेवा, अतः आइए। समय: सुबह"),
        ("mr", "दु:ख करू नका|", "दुःख करू नका।"),
        ("hi", "भास्कर-II उपग्रह, XIIवीं कक्षा", "भास्कर दो उपग्रह, बारहवीं कक्षा"),
        ("hi", "कक्षा-X और VIIवें", "कक्षा दस और सातवें"),
        ("bn", "অধ্যায়-II", "অধ্যায় দুই"),
        ("te", "XIIవ తరగతి", "పన్నెండవ తరగతి"),
        ("hi", "hello, mai aapki kaise madad kar skta hu?", "hello, मैं आपकी कैसे मदद कर सकता हूँ?"),
        ("hi", "mai kaam kr rha hu, aap bta skte ho", "मैं काम कर रहा हूँ, आप बता सकते हो"),
        ("hi", "α और β कण", "अल्फ़ा और बीटा कण"),
        (
            "auto",
            "π का मान 3.14 है और signal-7 भी 7.7 पर है",
            "पाई का मान तीन दशमलव एक चार है और signal सात भी सात दशमलव सात पर है",
        ),
        ("ta", "π மதிப்பு 3.14", "pie மதிப்பு மூன்று புள்ளி ஒன்று நான்கு"),
    ],
)
def test_what_is_said(language: str, text: str, spoken: str) -> None:
    assert said(text, language) == spoken


@pytest.mark.parametrize("text", ["होम लोन आदि| दु:ख मत कीजिए|", "ভালো আছি| তুমি কেমন||"])
def test_a_bar_for_a_danda_makes_its_pause(text: str) -> None:
    bars = split(text)
    dandas = split(text.replace("||", "॥").replace("|", "।"))
    assert [segment.pause_s for segment in bars] == [segment.pause_s for segment in dandas]
    assert len(bars) == 2
    assert [segment.pause_s for segment in split("a | b |")] == [0.0]
