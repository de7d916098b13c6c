"""What the rules of all languages share: nasals, geminates, syllables and stress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from openwaves.tts.g2p.brahmic.letters import ADDAK, ANUSVARA, AYTHAM, CHANDRABINDU, VIRAMA, VISARGA, VOWELS

SILENT = "-"  # a vowel that is not spoken but counts as a syllable for the stress
PRIMARY, SECONDARY = "ˈ", "ˌ"
TILDE = "\u0303"

PLACES: Mapping[str, str] = {
    **dict.fromkeys(("k", "kʰ", "ɡ", "ɡʰ", "ŋ", "q", "x", "ɣ"), "ŋ"),
    **dict.fromkeys(("c", "cʰ", "ɟ", "ɟʰ", "ɲ"), "ɲ"),
    **dict.fromkeys(("ʈ", "ʈʰ", "ɖ", "ɖʰ", "ɳ", "ɽ", "ɽʰ"), "ɳ"),
    **dict.fromkeys(("t", "tʰ", "d", "dʰ", "n"), "n"),
    **dict.fromkeys(("p", "pʰ", "b", "bʰ", "m", "f"), "m"),
}
"""The nasal that is spoken before a consonant."""

STOPS = frozenset(sound for sound in PLACES if sound not in ("ŋ", "ɲ", "ɳ", "n", "m", "x", "ɣ", "f", "ɽ", "ɽʰ"))
NASALS = frozenset("ŋɲɳnm")
TRILLED_BEFORE = frozenset(("ŋ", "ɲ", "ɳ", "n", "m", "j", "ɾ", "r", "l", "ɭ", "ʋ", "ʃ", "ʂ", "s", "h"))
"""Consonants before which the north and the east trill r."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language reads the letters.

    Attributes:
        rules: Changes the sounds of a word in place of ``letters.parse``; keeps vowels as keys.
        stress: Numbers of the syllable with the primary stress and of those with the secondary one; -1 for none.
        vowels: Symbols of the vowel keys.
        consonants: Symbols of the consonants that are not written as they stand.
        vowel: Last change of a vowel: takes the key's symbols, stress mark, whether it is the first and the last
            sound; None for no change.
        weak: Words without stress.
        respelt: Words that are read as if they were written otherwise.
    """

    rules: Callable[[list[str]], list[str]]
    stress: Callable[[Sequence[Sequence[str]]], tuple[int, frozenset[int]]]
    vowels: Mapping[str, str]
    consonants: Mapping[str, str] = field(default_factory=dict)
    vowel: Callable[[str, str, bool, bool], str] | None = None
    weak: frozenset[str] = frozenset()
    respelt: Mapping[str, str] = field(default_factory=dict)


def words(text: str) -> frozenset[str]:
    """A set of words, written with spaces."""
    return frozenset(text.split())


def is_vowel(sound: str) -> bool:
    """Whether a sound is spoken as a vowel, nasal or not."""
    return sound.removesuffix(TILDE) in VOWELS


def with_nasals(sounds: Sequence[str], before_stop: str, elsewhere: str, final: str) -> list[str]:
    """Anusvaras and chandrabindus as consonants or nasal vowels.

    Args:
        sounds: Of a word.
        before_stop: Keys of the vowels after which an anusvara is the nasal of the next consonant, with single
            spaces; after others the vowel is nasal. ``*`` for all.
        elsewhere: The consonant before sounds that are no stops.
        final: The consonant at the end of the word.
    """
    consonantal = VOWELS if before_stop == "*" else frozenset(before_stop.split())
    out: list[str] = []
    for number, sound in enumerate(sounds):
        if sound not in (ANUSVARA, CHANDRABINDU):
            out.append(sound)
            continue
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        after_vowel = bool(out) and out[-1] in VOWELS
        if sound == ANUSVARA and (not after_vowel or out[-1] in consonantal or following in NASALS):
            out.append(PLACES.get(following, elsewhere) if following else final)
        elif after_vowel:
            out[-1] += TILDE
            if sound == CHANDRABINDU and following in STOPS:
                out.append(PLACES[following])
        elif not out or not out[-1].endswith(TILDE):
            out.append("n")
    return out


def syllables(sounds: Sequence[str]) -> list[list[str]]:
    """The vowel of each syllable, its long mark left to the caller, and the consonants up to the next vowel."""
    found: list[list[str]] = []
    for sound in sounds:
        if is_vowel(sound) or sound == SILENT:
            found.append([sound])
        elif found:
            found[-1].append(sound)
    return found


def alternating(n_syllables: int, primary: int, last: bool) -> frozenset[int]:
    """Every second syllable after the primary stress; the word's last one only if ``last``."""
    end = n_syllables if last else n_syllables - 1
    return frozenset(range(primary + 2, end, 2))


def first_stress(last: bool = False) -> Callable[[Sequence[Sequence[str]]], tuple[int, frozenset[int]]]:
    """Stress on the first syllable, a weaker one on every second after it."""
    return lambda found: (0, alternating(len(found), 0, last))


NEAREST = {
    "ɭ": "l", "ɽʰ": "ɽh", "y": "j", "w": "ʋ", ANUSVARA: "m", CHANDRABINDU: "n", VISARGA: "h", ADDAK: "", AYTHAM: "h",
    VIRAMA: "",
}  # fmt: skip
"""What Kokoro's symbols lack, as the nearest of them, and the signs that a language does not use."""


def spoken(sounds: Sequence[str], language: Language, stressed: bool) -> str:
    """Symbols of a word's sounds, with stress marks before the vowels."""
    primary, secondary = language.stress(syllables(sounds)) if stressed else (-1, frozenset[int]())
    out: list[str] = []
    number = -1
    for place, sound in enumerate(sounds):
        if sound == SILENT:
            number += 1
        elif is_vowel(sound):
            number += 1
            mark = PRIMARY if number == primary else SECONDARY if number in secondary else ""
            symbols = nasal(language.vowels[sound[:-1]]) if sound.endswith(TILDE) else language.vowels[sound]
            if language.vowel:
                symbols = language.vowel(symbols, mark, place == 0, place == len(sounds) - 1)
            out.append(_marked(symbols, mark))
        else:
            out.append(language.consonants.get(sound) or NEAREST.get(sound, sound))
    return "".join(out)


_LEADS = frozenset("ɾɹrlʲj")


def _marked(symbols: str, mark: str) -> str:
    """The mark stands after the consonants with which a vowel may begin: vocalic r, the glide before e."""
    lead = 0
    while lead < len(symbols) - 1 and symbols[lead] in _LEADS:
        lead += 1
    return symbols[:lead] + mark + symbols[lead:]


_DIPHTHONGS = {"I": "ãɪ", "W": "ãʊ"}


def nasal(symbols: str) -> str:
    """A nasal vowel: the tilde stands after its first vowel letter."""
    if symbols in _DIPHTHONGS:
        return _DIPHTHONGS[symbols].replace("ã", "a" + TILDE)
    lead = len(symbols.rstrip("ː"))
    return symbols[:lead] + TILDE + symbols[lead:]


def geminates(sounds: Sequence[str], long: frozenset[str]) -> list[str]:
    """Doubled consonants as espeak-ng writes them: some with a length mark, aspirates with both halves aspirate."""
    out: list[str] = []
    for sound in sounds:
        before = out[-1] if out else ""
        plain = sound.removesuffix("ʰ")
        if before in (sound, plain) and sound in long:
            out[-1] = sound + "ː"
        elif before == plain and plain != sound:
            out[-1:] = (sound, sound)
        else:
            out.append(sound)
    return out
