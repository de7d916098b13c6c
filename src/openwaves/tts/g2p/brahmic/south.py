"""Tamil, Telugu, Kannada, Malayalam: every vowel is spoken, the first syllable is stressed.

Source: B. Krishnamurti, "The Dravidian Languages" (2003), chapter 2 (voicing of Tamil and Malayalam stops, the short
final vowel of Malayalam); S. Steever (ed.), "The Dravidian Languages" (1998).
"""

from collections.abc import Callable, Sequence

from openwaves.tts.g2p.brahmic.letters import ANUSVARA, AYTHAM, CHANDRABINDU, INHERENT, VIRAMA, VISARGA
from openwaves.tts.g2p.brahmic.sounds import (
    NASALS,
    Language,
    alternating,
    first_stress,
    geminates,
    is_vowel,
    with_nasals,
    words,
)

_VOICED = {"k": "ɡ", "c": "ɟ", "ʈ": "ɖ", "t": "d", "p": "b"}
_LONG = frozenset(("A", "I", "U", "E", "O", "ai", "au"))


def _dravidian(jna: tuple[str, str]) -> Callable[[list[str]], list[str]]:
    """Rules of Telugu and Kannada: anusvara is the nasal of the next stop and m elsewhere."""

    def rules(sounds: list[str]) -> list[str]:
        return with_nasals(_signs(sounds, jna), "*", "m", "m")

    return rules


def _signs(sounds: Sequence[str], jna: tuple[str, str]) -> list[str]:
    """ज्ञ as it is spoken; visarga as h; chandrabindu as anusvara."""
    out: list[str] = []
    for sound in sounds:
        if sound == "ɲ" and out and out[-1] == "ɟ":
            out[-1:] = jna
        elif sound != VIRAMA:
            out.append({VISARGA: "h", AYTHAM: "h", CHANDRABINDU: ANUSVARA}.get(sound, sound))
    return out


def _trill(sounds: Sequence[str]) -> list[str]:
    """ɾ as r before consonants and at the end."""
    ends = [*(not is_vowel(sound) for sound in sounds), True][1:]
    return ["r" if sound == "ɾ" and end else sound for sound, end in zip(sounds, ends, strict=True)]


def _kannada(sounds: list[str]) -> list[str]:
    return _trill(_dravidian(("ɟ", "ɲ"))(sounds))


def _tamil(sounds: list[str]) -> list[str]:
    """Stops have one letter: voiced between vowels and after nasals and liquids, voiceless elsewhere."""
    sounds = with_nasals(_tamil_signs(sounds), "*", "m", "m")
    out: list[str] = []
    for number, sound in enumerate(sounds):
        before = sounds[number - 1] if number else ""
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        if sound == "c":
            out += _tamil_c(before, following)
        elif sound in _VOICED:
            out.append(_VOICED[sound] if _is_voiced(sound, before, following) else sound)
        elif sound == "r" and following == "r":
            out.append("ʈ")  # ற்ற
        else:
            out.append(sound)
    return _trill(_unrounded(out))


def _unrounded(sounds: Sequence[str]) -> list[str]:
    """Short u after the first syllable."""
    out: list[str] = []
    inside = False
    for sound in sounds:
        out.append("ɯ" if sound == "u" and inside else sound)
        inside = inside or is_vowel(sound)
    return out


def _tamil_signs(sounds: Sequence[str]) -> list[str]:
    """Aytham makes f of p and z of j: ஃபோன்; க்ஷ and ஸ்ரீ need no rule."""
    out: list[str] = []
    for number, sound in enumerate(sounds):
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        if sound == AYTHAM:
            if following not in ("p", "ɟ"):
                out.append("h")
        elif number and sounds[number - 1] == AYTHAM and sound in ("p", "ɟ"):
            out.append("f" if sound == "p" else "z")
        elif sound != VIRAMA:
            out.append({VISARGA: "h", CHANDRABINDU: ANUSVARA}.get(sound, sound))
    return out


def _tamil_c(before: str, following: str) -> tuple[str, ...]:
    """ச: s, doubled or after ட், ற் an affricate, voiced after ஞ்."""
    if before == "c":
        return ()
    if following == "c":
        return ("ʧː",)
    if before == "ɲ":
        return ("ʤ",)
    return ("ʧ",) if before in ("ʈ", "r") else ("s",)


def _is_voiced(sound: str, before: str, following: str) -> bool:
    if not before:
        return sound == "ʈ"  # only foreign words begin with it
    if sound in (before, following) or before in _VOICED or before in ("s", "ʂ", "ʃ"):
        return False
    if following in _VOICED or (following == "ʂ" and sound == "k") or not following:
        return False
    return not (before == "r" and sound in "kp")  # ற்க, ற்ப


def _malayalam(sounds: list[str]) -> list[str]:
    """Stops are voiced between vowels and after nasals; a final virama is a short ɨ; റ്റ is ʈʈ, ന്റ is nd."""
    sounds = ["ɨ" if sound == VIRAMA else sound for sound in sounds]
    sounds = with_nasals(_signs(sounds, ("ɟ", "ɲ")), "*", "m", "m")
    out: list[str] = []
    for number, sound in enumerate(sounds):
        before = sounds[number - 1] if number else ""
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        open_after = is_vowel(following)
        if sound == "r" and before == "r":
            out[-1:] = ("ʈ", "ʈ")
        elif sound == "r" and before == "n":
            out.append("d")
        elif sound in _VOICED and open_after and ((is_vowel(before) and sound != "c") or before in NASALS):
            out.append(_VOICED[sound])
        else:
            out.append(sound)
    first = next((number for number, sound in enumerate(out) if is_vowel(sound)), 0)
    out[first + 1 :] = ["ə" if sound == INHERENT else sound for sound in out[first + 1 :]]
    return geminates(out, frozenset(("k", "t", "p", "ɡ", "d", "dʰ")))


def _malayalam_stress(found: Sequence[Sequence[str]]) -> tuple[int, frozenset[int]]:
    """The first syllable, or the second if that is long and the first is short."""
    second = len(found) > 1 and found[0][0] not in _LONG and found[1][0] in _LONG
    return int(second), alternating(len(found), int(second), last=False)


def _glide(*vowels: str) -> Callable[[str, str, bool, bool], str]:
    """A soft y before these vowels where they begin a word."""
    return lambda symbols, mark, first, last: "ʲ" + symbols if first and symbols in vowels else symbols


def _tamil_vowel(symbols: str, mark: str, first: bool, last: bool) -> str:
    """Short a is ʌ after consonants."""
    if symbols == "a":
        return symbols if first else "ʌ"
    return "ʲ" + symbols if first and symbols in ("e", "eː") else symbols


def _malayalam_vowel(symbols: str, mark: str, first: bool, last: bool) -> str:
    """Short a is ə inside a word where it is not stressed."""
    if symbols == "ə":
        return "ɐ" if mark or last else symbols
    return "ʲ" + symbols if first and symbols in ("e", "eː") else symbols


_VOWELS = {
    "a": "a", "A": "aː", "i": "i", "I": "iː", "u": "u", "U": "uː", "R": "ɾu", "L": "lu", "e": "e", "E": "eː",
    "ai": "I", "o": "o", "O": "oː", "au": "W", "ae": "æ", "ao": "ɔ", "ɯ": "ɯ", "ɨ": "ɨ",
}  # fmt: skip

TAMIL = Language(
    rules=_tamil,
    stress=first_stress(),
    vowels=_VOWELS,
    consonants={"ɾ": "ɹ", "ɟ": "ʤ", "ʋ": "v"},
    vowel=_tamil_vowel,
)
TELUGU = Language(
    rules=_dravidian(("ɡ", "n")),
    stress=first_stress(),
    vowels=_VOWELS | {"R": "ru"},
    consonants={"ɾ": "r", "ʃ": "ɕ"},
    vowel=_glide("e"),
)
KANNADA = Language(
    rules=_kannada,
    stress=first_stress(),
    vowels=_VOWELS | {"a": "ɐ", "R": "ɹu"},
    consonants={"ɾ": "ɹ", "ʃ": "ɕ", "ʋ": "v"},
    weak=words("ನಾನು ನಾವು ನೀನು ನೀವು ಅವನು ಅವಳು ಅವರು ಇದು ಅದು ಮತ್ತು ಆದರೆ ನನ್ನ ನಿಮ್ಮ ಅವರ ನಮ್ಮ"),
)
MALAYALAM = Language(
    rules=_malayalam,
    stress=_malayalam_stress,
    vowels=_VOWELS | {"a": "ɐ", "R": "rɨ", "ə": "ə"},
    consonants={"ʃ": "ɕ", "ʋ": "v", "ɻ": "ɽ"},
    vowel=_malayalam_vowel,
)
