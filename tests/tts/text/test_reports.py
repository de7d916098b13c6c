"""What people reported of texts that were said wrongly: rows of the shared file, and fresh inputs of their kinds."""

from pathlib import Path

import pytest

from openwaves.tts.text.analyze import analyze, pieces
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob
from tests.tts.normalize.test_gold import comparable

SHARED = Path(__file__).parents[3].parent / "shared" / "gold" / "reports.tsv"

EXPECTED = {
    (
        "apostrophe-groups",
        "en",
    ): "it costs one thousand two hundred swiss francs and twenty centimes or point zero two seven dollars a piece",
    ("apostrophe-groups", "fr"): "mille deux cents francs suisses et vingt centimes",
    ("year-ranges", "en"): "reigned from about fourteen ninety three to fourteen seventy nine b c",
    (
        "latex",
        "en",
    ): "it costs five dollars we know six x one plus four x two is less than or equal to twenty four and n"
    " squared so seven over ten is left",
    (
        "hex-ids",
        "en",
    ): "the id is five five zero e eight four zero zero e two nine b four one d four a seven one six four"
    " four six six five five four four zero zero zero zero",
    ("durations", "en"): "time left five minutes audio duration one minute twenty seven seconds has elapsed",
    (
        "capitals",
        "en",
    ): "it was a cold day in march this stays between us turn it on the lyre lire and the zither zith ur",
    ("glued-am", "en"): "eleven a m c s t ten a m e s t",
    (
        "saint-street",
        "en",
    ): "turn left onto north saint andrew lane deliver to two thirty two james street south then three"
    " fifty north east thirteenth street",
    ("arrows", "en"): "h two s o four plus two n a o h yields n a two s o four plus two h two o so a implies b",
    ("identifiers", "en"): "set s t t dot local dot model to medium then run app dash dash version and app doctor",
    ("citations", "en"): "the capital city central park",
    ("sections", "en"): "see sections one oh one point two two d five x and one oh one point three three c two",
    ("adjective-units", "en"): "a ten meter thirty two foot passageway",
    ("ordinals-es", "es"): "vive en la segunda planta",
}
"""Words of each row that is about them."""

SOUNDS = {
    ("heteronyms", "en"): ["ɹˈid", "tˈɛɹz"],
    ("scores", "zh"): ["sɨ↘pi↓li↗ŋ", "li↗ŋpi↓sa→n", "sa→npi↓sa→n"],
}
"""Phonemes that must be heard."""


def job(text: str, language: str, math: bool = False) -> SpeechJob:
    voice = Catalogue.load().get("sophia")
    return SpeechJob(Segment(text, 0, len(text), 0.0), voice, 1.0, language, None, math_notation=math, seed=0)


def spoken(text: str, language: str, math: bool = False) -> str:
    return comparable(" ".join(piece.text for piece in pieces(job(text, language, math))))


def phonemes(text: str, language: str) -> str:
    return " ".join(utterance.phonemes for utterance in analyze(job(text, language), 510))


def reports() -> dict[tuple[str, str], str]:
    lines = [line.split("\t") for line in SHARED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {(row[0], row[3]): row[4] for row in lines}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared file of reports is not beside the repository")
@pytest.mark.parametrize("row", sorted(EXPECTED), ids="-".join)
def test_words_of_the_reports(row: tuple[str, str]) -> None:
    assert spoken(reports()[row], row[1]) == EXPECTED[row]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared file of reports is not beside the repository")
@pytest.mark.parametrize("row", sorted(SOUNDS), ids="-".join)
def test_sounds_of_the_reports(row: tuple[str, str]) -> None:
    said = phonemes(reports()[row], row[1]).replace(" ", "")
    assert [sound for sound in SOUNDS[row] if sound not in said] == []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "See the text.[1][2] It is long [3, 4].", "see the text it is long"),
        ("en", "[1] First of all.", "one first of all"),
        ("en", "as in [3] and x[1]", "as in three and x one"),
        ("hi", "यह शहर[1] बड़ा है।[2]", "यह शहर बड़ा है"),
        ("en", "Settings -> Privacy", "settings to privacy"),
        ("en", "→ first item", "first item"),
        ("fi", "1'200 euroa → 5", "1200 euroa kohti 5"),
        ("zh", "北京 → 上海", "北京 到 上海"),
        ("en", "a || b", "a or b"),
        ("en", "He came --and left.", "he came and left"),
        ("en", "C:\\alpha\\beta", "c alpha beta"),
        ("en", "Buy $AAPL and $TSLA now", "buy aapl and t s l a now"),
        ("hi", "CHF 1'200.20", "एक हज़ार दो सौ स्विस फ़्रैंक बीस सेंटीम"),
        ("ru", "1'200.20 CHF", "тысяча двести швейцарских франков и двадцать сантимов"),
        ("pl", "1'200.20 CHF", "tysiąc dwieście franków szwajcarskich i dwadzieścia centymów"),
        ("sv", "1'200.20 CHF", "ettusen tvåhundra schweiziska franc och tjugo rappen"),
        ("hi", "लगभग 1493 से 1479 ईसा पूर्व", "लगभग चौदह सौ तिरानवे से चौदह सौ उन्यासी ईसा पूर्व"),
        ("te", "మిగిలిన సమయం: 05:00", "మిగిలిన సమయం ఐదు నిమిషాలు"),
        ("bn", "বাকি সময়: 05:00। সময় 05:00।", "বাকি সময় পাঁচ মিনিট সময় পাঁচটা"),
        ("ta", "மீதமுள்ள நேரம்: 05:00.", "மீதமுள்ள நேரம் ஐந்து நிமிடம்"),
        ("hi", "भारत 3-1 से जीता", "भारत तीन एक से जीता"),
        ("ta", "இந்தியா 3-1 என்ற கோல்", "இந்தியா மூன்று ஒன்று என்ற கோல்"),
        ("en", "5pmtoday and 6pmtomorrow, 9amsharp", "five p m today and six p m tomorrow nine a m sharp"),
        ("en", "a 20 mile (32km) road", "a twenty mile thirty two kilometer road"),
        ("en", "Elizabeth II's reign", "elizabeth the seconds reign"),
        ("hi", "अनुच्छेद 21(1)(क)", "अनुच्छेद इक्कीस एक क"),
        ("en", "E 23rd ST APT 4", "east twenty third street apartment four"),
        ("en", "Fe2O3 + 3CO -> 2Fe + 3CO2", "f e two o three plus three c o yields two f e plus three c o two"),
        ("it", "Esegui app --version.", "esegui app trattino trattino version"),
        ("hi", "kya tm kl aa rhe ho? hm jb ghr phuche", "क्या तुम कल आ रहे हो हम जब घर पहुँचे"),
        ("hi", "hmne btaya, kal mlte h plz", "हमने बताया कल मिलते है प्लीज़"),
        ("en", "$90^\\circ$, $10\\%$ and $\\text{speed} = 5$", "ninety degrees ten percent and speed equals five"),
    ],
)
def test_fresh_inputs_of_the_same_kinds(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize("math", [False, True])
def test_formulas_are_read_with_math_notation_and_without(math: bool) -> None:
    assert spoken("$a \\times b \\geq 3$", "en", math) == "a times b is greater than or equal to three"


@pytest.mark.parametrize(
    ("language", "text", "sound"),
    [
        ("en", "All you can do now is read it.", "ɹˈid"),
        ("en", "She burst into tears.", "tˈɪɹz"),
        ("en", "The scan shows two ligament tears.", "tˈɛɹz"),
        ("en", "Cuts, burns, tears and sores need care.", "tˈɛɹz"),
        ("en", "She shed tears over the wounds of war.", "tˈɪɹz"),
        ("en", "PAY 50 DOLLARS NOW.", "dˈɑləɹz"),
        ("zh", "比分 2:1", "ɚ↘pi↓"),
        ("zh", "休息3-5天", "tau↘"),
        ("zh", "剩余时间：05:00。", "u↓fə→nꭧʊ→ŋ"),
        ("zh", "会议：05:00。", "u↗tjɛ↓n"),
        ("zh", "通话时间1:02:45", "i↘ɕjau↓ʂɨ↗lja↓ŋfə→n"),
        ("ja", "残り時間は05:00です。", "ɡoɸɯɴ"),
        ("ja", "会議は05:00です。", "ɡoʥi"),
        ("ja", "再生時間1:02:45", "iʨiʥikaɴɲiɸɯɴ"),
        ("zh", "2024-05-01", "njɛ↗n"),
        ("ja", "4-0で勝った", "tai"),
    ],
)
def test_sounds_of_the_same_kinds(language: str, text: str, sound: str) -> None:
    assert sound in phonemes(text, language).replace(" ", "")
