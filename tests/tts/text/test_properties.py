"""What holds for every text, in every language, with every flag: on the way from a request's text to its words."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.languages import LANGUAGES as ALL_LANGUAGES
from openwaves.tts.text.analyze import SPOKEN_LANGUAGES, pieces
from openwaves.tts.text.clean import clean
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob

VOICE = Catalogue.load().get("magnus")
LANGUAGES = [None, "auto", *SPOKEN_LANGUAGES]
SIGNS = (
    "0123456789०५९১௫ⅣⅫ½¾²³⁴₂.,;:!?…'\"’“”«»()[]{}<>-–—−/\\@#$€£¥₹৳%‰&*+=^~_|°ªº№µΩ℃×÷±≤≥  "
    "\n\t\u00a0\u202f\u200d\u200c\ufe0f"
)
LETTERS = "aAbBkKmMxXIVéñßſﬁ𝗕ｎʰⁿक़ाि्ंँळবিশபெొಾംਕ੍ਅଅ你日あ한яЁαع😀👍🏽🇮🇳e\u0301\u0327"
TOKENS = [
    "5 km", "₹1,05,000", "$3.50", "12/02/2025", "9:30 am", "+91 98765 43210", "Dr.", "St.", "e.g.", "1.2.3", "XIV",
    "APIs", "R&D", "a@b.com", "www.x.in/y?z=1", "#Tag2024", "@x_1", "5–8", "3/4", "2½", "-5", "12.5%", "30°C", "5x3",
    "2^10", "No. 5", "1st", "3.er", "5वीं", "कि.मी.", "EE. UU.", "2019-20", "word", "शब्द", "सेब", "niño", "Rs. 5 lakh",
    "Dec 25", "5'6\"", "24\"", "1990s", "16:9", "OTP 4821", "order #A1B2", "Mon-Fri", "CO₂", "10⁵", "1 234 567", "…",
    "main theek hoon", "über", "слово", "λόγος", "字",
    "語です", "말", "كلمة", "from", "de", "—", "(", ")", "5 %", "7,5",
]  # fmt: skip
SENTENCES = {
    "en": [
        "I paid $3.50 for 2 kg of rice", "Call +91 98765 43210 at 9:30 am", "The 1st of 5 teams won 3-2 on 12/02/2025",
        "Version 1.2.3 is 12.5% faster", "Dr. Rao lives on Baker Street", "OTP is 4821",
        "It was 2025", "See Chapter IV",
        "In May", "Room 5", "Henry VIII", "She is no. 1", "4821 people came", "May 5 was cold", "Open 24/7",
        "He read pages 10–12", "Tell me the code", "1500 chairs", "A 6\" pipe",
        "They made 287/4", "It took 48.3 overs", "The price is 558210", "Dial 112", "She took a 5 km run",
    ],
    "hi": [
        "मेरे पास 5 किताबें हैं", "कुल ₹1,05,000 और 12.5% है", "सन् 1857 में 3 बजे", "यह 5वीं कक्षा है", "ओटीपी 4821 है",
        "1950 लोग आए", "अध्याय IV देखें", "यह मेरा कोड", "26 जनवरी 1950", "डॉ. राव और 5 km",
    ],
    "es": [
        "Tengo 21 libros", "Son las 9:30 y hace -5 °C", "El siglo XXI y 1.500 casas", "Cuesta 2,50 €", "Es de mayo",
        "1936 fue un año", "Luis XIV", "El código", "4821 personas", "La versión 3.2", "5 km más",
    ],
}  # fmt: skip

every_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
strange_text = st.text(st.sampled_from(SIGNS + LETTERS), max_size=40)
listed = st.lists(st.sampled_from(TOKENS), max_size=8)
any_input = st.one_of(every_text, strange_text, listed.map(" ".join), listed.map("".join))
languages, numbers = st.sampled_from(LANGUAGES), st.sampled_from([None, *SPOKEN_LANGUAGES])


def said(
    text: str, language: str | None, number: str | None, math: bool, start: int = 0
) -> list[tuple[str, int, int, str]]:
    segment = Segment(text, start, start + len(text), 0.0)
    job = SpeechJob(segment, VOICE, 1.0, language, number, math_notation=math, seed=0)
    return [(piece.text, piece.start, piece.end, piece.language) for piece in pieces(job)]


def check(text: str, language: str | None, number: str | None, math: bool) -> None:
    """Spans are ordered and lie in the text; each spoken word has a source, each word that can be said is spoken."""
    found = said(text, language, number, math)
    place = (0, 0)
    for spoken, start, end, code in found:
        assert (start, end) == place or place[1] <= start < end <= len(text), (text, found)
        place = (start, end)
        assert text[start:end].strip(), (text, found)
        assert spoken.strip(), (text, found)
        assert code in ALL_LANGUAGES, (text, found)
    kept, position = clean(text), 0
    for word in kept.split():
        start = kept.index(word, position)
        position = start + len(word)
        if any(sign.isalpha() or sign.isdecimal() for sign in word):
            assert any(low < position and high > start for _, low, high, _ in found), (word, text, found)


@settings(max_examples=500, deadline=None)
@given(any_input, languages, numbers, st.booleans())
def test_every_word_is_spoken_from_a_source(text: str, language: str | None, number: str | None, math: bool) -> None:
    check(text, language, number, math)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(any_input, languages, numbers, st.booleans())
def test_every_word_is_spoken_from_a_source_ten_thousand_times(
    text: str, language: str | None, number: str | None, math: bool
) -> None:
    check(text, language, number, math)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(SENTENCES)), st.sampled_from([None, "en", "hi"]), st.booleans())
def test_cut_at_the_ends_of_sentences_the_words_are_the_same(
    data: st.DataObject, language: str, number: str | None, math: bool
) -> None:
    """The whole says the words of its segments, and those of each sentence alone."""
    ends = st.sampled_from([". ", "! ", "? ", "… ", ".\n", "। "])
    sentences = data.draw(st.lists(st.tuples(st.sampled_from(SENTENCES[language]), ends), max_size=6))
    text = "".join(sentence + end for sentence, end in sentences)
    segmented = [piece for part in split(text) for piece in said(part.text, language, number, math, part.start)]
    alone, start = [], 0
    for sentence, end in sentences:
        alone += said(sentence + end, language, number, math, start)
        start += len(sentence) + len(end)
    assert _words(segmented) == _words(alone)
    assert _words(said(text, language, number, math)) == _words(alone)


def _words(found: Sequence[tuple[str, int, int, str]]) -> list[tuple[str, int]]:
    return [(word.strip(".,;:!?…।"), start) for text, start, _, _ in found for word in text.split()]
