"""Hindi, Marathi, Gujarati, Punjabi: inherent vowels fall, the stress follows weight.

Source: M. Ohala, "Aspects of Hindi Phonology" (1983), chapter on the deletion of schwa: it falls at the end of a
word and, from right to left, between single consonants that have vowels at their other sides; P. Pandey, "Hindi
schwa deletion" (1990), for the syllables' weights.
"""

from collections.abc import Callable, Sequence

from openwaves.tts.g2p.brahmic.letters import ADDAK, ANUSVARA, CHANDRABINDU, INHERENT, VIRAMA, VISARGA
from openwaves.tts.g2p.brahmic.sounds import (
    NASALS,
    SILENT,
    TILDE,
    TRILLED_BEFORE,
    Language,
    geminates,
    is_vowel,
    with_nasals,
    words,
)

_SONORITY = {**dict.fromkeys("ŋɲɳnm", 1), "l": 2, "ɭ": 2, "ɾ": 3, "r": 3, "j": 4, "y": 4}
_LONG = frozenset(("A", "I", "U", "E", "O", "ai", "au"))
_LONG_GEMINATES = frozenset(("k", "kʰ", "ɡ", "ɡʰ", "c", "ɟ", "t", "tʰ", "d", "dʰ", "p", "pʰ", "bʰ"))
_LENGTHENED_BEFORE_Y = frozenset("kctp")


def without_schwas(sounds: Sequence[str]) -> list[str]:
    """Inherent vowels that are not spoken: the last one away, those inside as ``SILENT``."""
    out = list(sounds)
    if out and out[-1] == INHERENT and _final_falls(out):
        out.pop()
    first = next((number for number, sound in enumerate(out) if is_vowel(sound)), len(out))
    for number in range(len(out) - 3, first + 1, -1):
        if (
            out[number] == INHERENT
            and is_vowel(out[number - 2])
            and not is_vowel(out[number - 1])
            and not is_vowel(out[number + 1])
            and is_vowel(out[number + 2])
            and not _is_kept(out, number)
        ):
            out[number] = SILENT
    return out


def _final_falls(sounds: Sequence[str]) -> bool:
    """Not in a word without another vowel, nor after two consonants that nobody can end with, as in "pr"."""
    if not any(is_vowel(sound) for sound in sounds[:-1]):
        return False
    last = sounds[-2]
    if is_vowel(last):
        return False
    before = sounds[-3]
    if is_vowel(before):
        return True
    if {last, before} <= NASALS:
        return last != before  # जन्म, but भिन्न
    return _SONORITY.get(last, 0) < _SONORITY.get(before, 0) or last not in (before, *_SONORITY)


_KEPT = frozenset(("pati", "patI", "haɾaɳ", "ʋaɾaɳ", "kaɾaɳ", "caɾaɳ"))


def _is_kept(sounds: Sequence[str], number: int) -> bool:
    """Second parts of Sanskrit compounds, as in राष्ट्रपति and उदाहरण."""
    return len(sounds) - number <= 4 and "".join(sounds[number - 1 :]) in _KEPT


def weight_stress(found: Sequence[Sequence[str]]) -> tuple[int, frozenset[int]]:
    """The last of the heaviest syllables but the final one, which must outweigh all: two consonants or a long vowel."""
    if not found:
        return -1, frozenset()
    weights = [_weight(syllable, number == len(found) - 1) for number, syllable in enumerate(found)]
    inner = weights[:-1]
    heaviest = max(inner, default=-1)
    if not inner or (weights[-1] == 2 and heaviest < 2):
        primary = len(found) - 1
    elif heaviest == 0:
        primary = 0
    else:
        primary = max(number for number, weight in enumerate(inner) if weight == heaviest)
    secondary: set[int] = set()
    for number in range(len(found)):
        if primary not in (number - 1, number, number + 1) and number - 1 not in secondary:
            secondary.add(number)
    return primary, frozenset(secondary)


def _weight(syllable: Sequence[str], last: bool) -> int:
    """0 light, 1 heavy, 2 heavier: of a long vowel and of a consonant that closes the syllable."""
    vowel = syllable[0].removesuffix(TILDE)
    if vowel == SILENT:
        return 0
    n_consonants = sum(2 if sound.endswith("ː") else 1 for sound in syllable[1:])
    closing = n_consonants if last else n_consonants - 1
    long = vowel in _LONG or (syllable[0].endswith(TILDE) and not last)
    most = 2 if long or last else 1
    return min(most, long + max(0, closing))


def _rules(
    jna: tuple[str, ...], nasal_vowels: str, before: Callable[[list[str]], list[str]] | None = None
) -> Callable[[list[str]], list[str]]:
    """Rules of Hindi and its neighbours.

    Args:
        jna: How ज्ञ is read.
        nasal_vowels: Vowels after which an anusvara is a consonant; at the end of a word only the inherent one.
        before: The language's own rules, which come first.
    """

    def rules(sounds: list[str]) -> list[str]:
        sounds = _clusters(before(sounds) if before else sounds, jna)
        if len(sounds) > 1 and sounds[-1] == ANUSVARA and sounds[-2] in nasal_vowels.split():
            many = sum(map(is_vowel, sounds)) > 1
            sounds[-1] = CHANDRABINDU if sounds[-2] != INHERENT else "m" if many else "n"  # स्वयं, नं
        sounds = without_schwas(with_nasals(sounds, nasal_vowels, "n", "n"))
        return _phonetics(geminates(sounds, _LONG_GEMINATES))

    return rules


def _marathi(sounds: list[str]) -> list[str]:
    """ज and च are z and ts before back vowels and at the end; Sanskrit words keep the sounds of Hindi.

    Source: R. Pandharipande, "Marathi" (1997), section on the affricates.
    """
    word = "".join(sounds)
    learned = word.startswith(_LEARNED_J)
    out = list(sounds)
    for number, sound in enumerate(sounds):
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        if sound == "ɟ" and not learned and "ɟ" not in (following, *sounds[max(0, number - 1) : number]):
            if following not in _FRONT or sounds[number + 1 : number + 3] == ["E"] or word.startswith("ɟEʋh"):
                out[number] = "z"
        elif sound == CHANDRABINDU and out[number - 1] == INHERENT:
            out[number - 1 : number + 1] = ("ae", ANUSVARA)  # बँक
        elif sound == "c" and following != "c" and (number == 0 or sounds[number - 1] != "c"):
            ending = "".join(sounds[number + 1 : number + 4])
            belongs = number and (ending in _GENITIVE or (ending == INHERENT and is_vowel(sounds[number - 1])))
            if belongs or ((number == 0 or (number == 2 and sounds[0] == "ʋ")) and word.startswith(_NATIVE_C)):
                out[number] = "ʦ"
    return out


_FRONT = frozenset(("i", "I", "e", "E", "ai", "ae", "j", "ɲ", "ɾ"))
_LEARNED_J = (
    "ɟanm",
    "ɟaɡa",
    "ɟaja",
    "ʋiɟaj",
    "ɟalaM",
    "ɟAɡɾ",
    "ɟAti",
    "ɟulai",
    "ɟUn",
    "ɟAnE",
    "ɾAɟA",
    "ɾAɟj",
)  # जग, जय, विजय, राजा
_GENITIVE = frozenset(("A", "E", "jA", "aM"))
_NATIVE_C = ("cAMɡal", "caʋa", "cUk", "cuk", "cAl", "cAk", "cOɾ", "cAʋI", "caɖʰ", "ʋAc")  # चांगला, चव, चूक, चाल, वाचणे


_DEVOICED = {"ɡʰ": "k", "ɟʰ": "c", "ɖʰ": "ʈ", "dʰ": "t", "bʰ": "p"}


def _punjabi(sounds: list[str]) -> list[str]:
    """Voiced aspirates begin a word as voiceless stops, whose tone is left out; addak doubles the next consonant.

    Source: T. Bhatia, "Punjabi" (1993), section on tone.
    """
    out: list[str] = []
    double = False
    for number, sound in enumerate(sounds):
        if sound == ADDAK:
            double = bool(out)
            continue
        if double and not is_vowel(sound) and sounds[number + 1 : number + 3] != [INHERENT]:
            out.append(sound.removesuffix("ʰ"))
        double = False
        out.append(sound if number else _DEVOICED.get(sound, sound))
    if out and out[-1] == INHERENT and any(is_vowel(sound) for sound in out[:-1]):
        out.pop()
    return out


def _clusters(sounds: Sequence[str], jna: tuple[str, ...]) -> list[str]:
    out: list[str] = []
    for number, sound in enumerate(sounds):
        before = out[-1] if out else ""
        if sound == "ɲ" and before == "ɟ":
            out[-1:] = jna
        elif sound == "ʂ" and before == "k":
            out.append("ʃ")
        elif sound == VISARGA:
            if number == len(sounds) - 1:
                out.append("h")
        elif sound == VIRAMA:
            continue
        else:
            out.append(sound)
    return out


def _phonetics(sounds: Sequence[str]) -> list[str]:
    """Trilled r before consonants, final -ay, long stops before y."""
    out: list[str] = []
    for number, sound in enumerate(sounds):
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        if sound == "ɾ" and following in TRILLED_BEFORE:
            out.append("r")
        elif sound in _LENGTHENED_BEFORE_Y and following == "j":
            out.append(sound + "ː")
        elif sound == "ʈ" and following == "j":
            out += ("ʈ", "ʈ")
        elif sound == INHERENT and number == len(sounds) - 2 and following in ("j", "y"):
            out.append("ae")
        else:
            out.append(sound)
    return out


def _schwa(symbols: str, mark: str, first: bool, last: bool) -> str:
    """ʌ where stressed or initial, ə elsewhere; long i only where stressed inside a word."""
    if symbols[0] == "ə":
        return "ʌ" + symbols[1:] if (mark == "ˈ" or first) and not last else symbols
    if TILDE in symbols:
        return _NASAL.get(symbols, symbols)
    if symbols == "iː":
        return "i" if last or not mark else symbols
    if symbols == "uː" and first:
        return "u"
    return symbols


def _punjabi_vowel(symbols: str, mark: str, first: bool, last: bool) -> str:
    """ʌ where stressed, ə elsewhere."""
    return "ʌ" if symbols == "ə" and mark == "ˈ" and not (first and last) else symbols


_NASAL = {
    "aː": "a", "ɪ": "i", "iː": "i", "ʊ": "u", "uː": "u", "oː": "o", "ɛː": "ɛ", "ɔː": "ɔ",
}  # fmt: skip
_NASAL = {oral.rstrip("ː") + TILDE + oral[1:]: symbols + TILDE for oral, symbols in _NASAL.items()}

_VOWELS = {
    "a": "ə", "A": "aː", "i": "ɪ", "I": "iː", "u": "ʊ", "U": "uː", "R": "ɾɪ", "L": "lɾɪ", "e": "e", "E": "eː",
    "ai": "ɛː", "o": "o", "O": "oː", "au": "ɔː", "ae": "ɛ", "ao": "ɔ",
}  # fmt: skip

HINDI = Language(
    rules=_rules(("ɡ", "j"), "a"),
    stress=weight_stress,
    vowels=_VOWELS,
    vowel=_schwa,
    weak=words("हम तुम आप वह यह वे ये और मैं है हैं हूँ हूं के"),
    respelt={"जनवरी": "जन्वरी", "फ़रवरी": "फ़र्वरी", "फरवरी": "फर्वरी", "राजस्थान": "राज्स्थान"},
)
MARATHI = Language(
    rules=_rules(("d", "ɳ", "j"), "a", _marathi),
    stress=weight_stress,
    vowels=_VOWELS | {"R": "ɾʊ", "ai": "I", "au": "W"},
    consonants={"ʋ": "v", "w": "v"},
    vowel=_schwa,
)
GUJARATI = Language(
    rules=_rules(("ɡ", "ɳ"), "a i u"),
    stress=weight_stress,
    vowels=_VOWELS | {"R": "ɾu", "u": "u", "ai": "I", "au": "W"},
    consonants={"ɭ": "ɽ"},
    vowel=_schwa,
)
PUNJABI = Language(
    rules=_rules(("ɡ", "j"), "a", _punjabi),
    stress=weight_stress,
    vowels=_VOWELS | {"A": "a", "E": "e", "O": "o", "I": "i", "U": "u", "ai": "ɛ", "au": "ɔ"},
    consonants={"ʋ": "v", "w": "v"},
    vowel=_punjabi_vowel,
    weak=words("ਹੈ ਹਾਂ ਸੀ ਸਨ ਹਨ ਮੈਂ ਤੂੰ ਉਹ ਇਹ ਵਿੱਚ ਤੋਂ ਨੂੰ"),
)
