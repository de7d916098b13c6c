"""Bengali and Odia: the inherent vowel is ɔ; Odia speaks it everywhere, Bengali turns it into o or drops it.

Source: S. K. Chatterji, "The Origin and Development of the Bengali Language" (1926), on vowel harmony; S. Khan,
"Bengali (Bangladeshi Standard)", JIPA 40 (2010); B. Mahapatra, "Oriya", in "The Indo-Aryan Languages" (2003).
"""

from collections.abc import Sequence

from openwaves.tts.g2p.brahmic.letters import ANUSVARA, CHANDRABINDU, INHERENT, VIRAMA, VISARGA
from openwaves.tts.g2p.brahmic.sounds import TILDE, TRILLED_BEFORE, Language, first_stress, is_vowel

_HIGH = frozenset(("i", "I", "u", "U", "R"))
_ROUNDED = frozenset(("u", "U", "O"))
_SILENT_BELOW = {  # ব and ম below these letters are not spoken; inside a word they double the letter
    "b": frozenset(("k", "ʈ", "t", "tʰ", "d", "dʰ", "ɟ", "c", "ʃ", "s", "n")),
    "m": frozenset(("t", "d")),
}
_S_BEFORE = {"s": frozenset(("t", "tʰ", "n", "ɾ", "l", "ʈ")), "ʃ": frozenset(("ɾ", "l"))}
_S_BEGINS = frozenset(("k", "kʰ", "p", "pʰ", "ʈ"))
_FOREIGN_AE = frozenset(("k", "ʈ", "ɖ", "p", "pʰ", "l"))
_VERB_ENDINGS = frozenset(("cʰ", "l", "t", "b"))
_LOAN_ENDS = frozenset(("nʈ", "nɖ", "ns", "lʈ", "lɖ", "lf", "sʈ", "ɾʈ", "ɾɖ", "nʃ", "kʈ", "kʃ", "ks", "pʈ", "fʈ"))
"""Two consonants after which only English words end, without a vowel: সেন্ট, কার্ড; native words have ণ্ড, ষ্ট."""

_FINAL_T = frozenset(("i", "I", "R"))
_KEPT_FINALS = frozenset(("h", "ɽʰ"))


def _plain(sounds: Sequence[str]) -> list[str]:
    """Nasal vowels, ŋ for anusvara, a long consonant for visarga; joined ক্ষ and জ্ঞ."""
    out: list[str] = []
    for number, sound in enumerate(sounds):
        before = out[-1] if out else ""
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        if sound == CHANDRABINDU:
            if is_vowel(before):
                out[-1] = before.removesuffix(TILDE) + TILDE
            elif not before:
                out.append("n")
        elif sound == ANUSVARA:
            out.append("ŋ")
        elif sound == VISARGA:
            if following and not is_vowel(following):
                out.append(following.removesuffix("ʰ"))
        elif sound == "ʂ" and before == "k":
            out[-1] = "kʃ"
        elif sound == "ɲ":
            out[-1:] = ("ɡɲ",) if before == "ɟ" else (*out[-1:], "n")
        elif sound != VIRAMA:
            out.append(sound)
    return out


def _trilled(sounds: Sequence[str]) -> list[str]:
    """ɾ before sonorants and s is r."""
    following = [*sounds, ""][1:]
    pairs = zip(sounds, following, strict=True)
    return ["r" if sound == "ɾ" and after in TRILLED_BEFORE else sound for sound, after in pairs]


def _odia(sounds: list[str]) -> list[str]:
    """Every inherent vowel is spoken; য is ʤ, below a consonant y."""
    out: list[str] = []
    for sound in _plain(sounds):
        before = out[-1] if out else ""
        if sound == "j":
            below = before and not is_vowel(before) and before != "ɾ"
            out.append("j" if below else "ʤ")
        elif sound == "kʃ":
            out += ("kʰ", "kʰ") if out else ("kʰ",)
        elif sound == "ɡɲ":
            out += ("ɡ", "j")
        else:
            out.append(sound)
    return _trilled(out)


def _bengali(sounds: list[str]) -> list[str]:
    return _trilled(_bengali_vowels(_bengali_clusters(_sibilants(_plain(sounds)))))


def _sibilants(sounds: Sequence[str]) -> list[str]:
    """All are ʃ, but s before dental sounds, and at the beginning of a word before stops."""
    out: list[str] = []
    for number, sound in enumerate(sounds):
        if sound in ("s", "ʃ", "ʂ"):
            following = sounds[number + 1] if number + 1 < len(sounds) else ""
            dental = following in _S_BEFORE.get(sound, ()) or (sound == "s" and not out and following in _S_BEGINS)
            out.append("s" if dental else "ʃ")
        else:
            out.append(sound)
    return out


_FRONTED = "Y"  # marks that a vowel is raised by a y that is no longer heard


def _bengali_clusters(sounds: Sequence[str]) -> list[str]:
    """Letters below others: y, v and m are heard as length, at the beginning of a word not at all."""
    out: list[str] = []
    for number, sound in enumerate(sounds):
        before = out[-1] if out else ""
        following = sounds[number + 1] if number + 1 < len(sounds) else ""
        inside = any(is_vowel(earlier) for earlier in out[-4:])
        joined = bool(before) and not is_vowel(before)
        if sound == "j":
            if following == "A" and _is_open_a(out):
                out.pop()  # অ্যা
            elif not joined or before in ("ɾ", "ŋ"):
                out.append("ʤ")
            elif inside and not (following == "A" and before in _FOREIGN_AE):
                out += (_FRONTED,) if _is_long(out) else (_FRONTED, before)
        elif sound in ("A", INHERENT, "A" + TILDE) and _is_ae(sounds, number, inside):
            out.append("ae" + (TILDE if sound.endswith(TILDE) else ""))
        elif sound in _SILENT_BELOW and joined and before in _SILENT_BELOW[sound] and before != sound:
            out += (before,) if inside and not _is_long(out) else ()
        elif sound == "kʃ":
            out += (_FRONTED, "k", "kʰ") if inside else ("kʰ",)
        elif sound == "m" and out[-2:] == ["k", "kʰ"]:
            continue  # লক্ষ্মী
        elif sound == "ɡɲ":
            out += ("ɡ", "ɡ") if inside else ("ɡ",)
        elif sound == "y" and before.removesuffix(TILDE) in _ROUNDED and is_vowel(following) and following != INHERENT:
            continue  # ওয়া, চুয়াল্লিশ, ধুয়ে
        else:
            out.append(sound)
    return out


def _is_ae(sounds: Sequence[str], number: int, inside: bool) -> bool:
    """A vowel after a y below the first consonant, or below one of those that English words have."""
    if sounds[number] == "A" and number and sounds[number - 1] == "ɡɲ":
        return True  # জ্ঞান
    if number > 1 and sounds[number - 1] == "j" and _is_open_a(sounds[: number - 1]):
        return True  # অ্যা
    if number < 2 or sounds[number - 1] != "j" or is_vowel(sounds[number - 2]):
        return False
    return not inside or (sounds[number] == "A" and sounds[number - 2] in _FOREIGN_AE)


def _is_open_a(sounds: Sequence[str]) -> bool:
    """Whether the word so far ends with the letter অ, which no consonant carries."""
    return bool(sounds) and sounds[-1] == INHERENT and (len(sounds) == 1 or is_vowel(sounds[-2]))


def _is_long(sounds: Sequence[str]) -> bool:
    """Whether the word so far ends with two consonants."""
    return len(sounds) > 1 and not is_vowel(sounds[-2])


def _bengali_vowels(sounds: Sequence[str]) -> list[str]:
    """Inherent vowels as ɔ, o or nothing; long consonants of two halves."""
    out: list[str] = []
    places = [number for number, sound in enumerate(sounds) if is_vowel(sound)]
    following = dict(zip(places, [*places, -1][1:], strict=True))
    for number, sound in enumerate(sounds):
        if sound == _FRONTED:
            continue
        if sound.removesuffix(TILDE) != INHERENT:
            out.append(sound)
            continue
        first = number == places[0]
        after = following[number]
        nasal = TILDE if sound.endswith(TILDE) else ""
        if number == len(sounds) - 1:
            if first or _final_is_kept(sounds):
                out.append(("O" if not first else INHERENT) + nasal)
        elif first:
            fronted = _FRONTED in sounds[number + 1 : after if after > 0 else None]
            high = _is_raised(sounds, after)
            rounded = number > 1 and sounds[number - 1] == "ɾ" and sounds[number + 1] != "y"
            out.append(("O" if fronted or high or rounded else INHERENT) + nasal)
        elif not _is_dropped(sounds, number, after):
            closed = after > number + 2 or list(sounds[number + 1 :]) == ["y", INHERENT]  # সময়
            out.append((INHERENT if closed and not _is_raised(sounds, after) else "O") + nasal)
    return out


def _is_raised(sounds: Sequence[str], after: int) -> bool:
    """Whether the next vowel is high, or the two next are অই: নব্বই."""
    if after < 0:
        return False
    return sounds[after] in _HIGH or list(sounds[after : after + 2]) == [INHERENT, "i"]


def _final_is_kept(sounds: Sequence[str]) -> bool:
    """After two consonants, h, -iyo, and the t of participles."""
    last, before = sounds[-2], sounds[-3] if len(sounds) > 2 else ""
    if not is_vowel(before) and before:
        return before + last not in _LOAN_ENDS
    if last in _KEPT_FINALS or (last == "y" and before in ("i", "I", "E")):
        return True
    return last == "t" and (before in _FINAL_T or (before == INHERENT and len(sounds) == 4))


def _is_dropped(sounds: Sequence[str], number: int, after: int) -> bool:
    """Between single consonants before a full vowel: আমরা; not before the ending -e of nouns: ভিতরে."""
    if after != number + 2 or sounds[after].removesuffix(TILDE) == INHERENT:
        return False
    if (
        number < 2
        or not is_vowel(sounds[number - 2])
        or sounds[number + 1] in ("h", "y")
        or list(sounds[:2]) == ["u", "p"]
    ):
        return False
    if sounds[number - 1 : number + 2] == ["p", INHERENT, "t"]:
        return False  # -pati
    return sounds[after] != "E" or (after == len(sounds) - 1 and sounds[number + 1] in _VERB_ENDINGS)


_VOWELS = {
    "a": "ɔ", "A": "a", "i": "i", "I": "i", "u": "u", "U": "u", "R": "ɾi", "L": "li", "e": "e", "E": "e", "ai": "oj",
    "o": "o", "O": "o", "au": "ow", "ae": "æ", "ao": "ɔ",
}  # fmt: skip

BENGALI = Language(
    rules=_bengali,
    stress=first_stress(last=True),
    vowels=_VOWELS,
    consonants={"c": "ʧ", "cʰ": "ʧʰ", "ɳ": "n", "pʰ": "f", "ɽʰ": "ɽ", "w": "w"},
    respelt={
        "এক": "অ্যাক",
        "একশ": "অ্যাকশো",
        "একশো": "অ্যাকশো",
        "এখন": "অ্যাখন",
        "কেন": "ক্যানো",
        "কেমন": "ক্যামন",
        "দেখা": "দ্যাখা",
        "খেলা": "খ্যালা",
        "ছিল": "ছিলো",
        "গেল": "গ্যালো",
        "হল": "হোলো",
        "ছোট": "ছোটো",
        "বড়": "বড়ো",
        "ভাল": "ভালো",
        "ষোল": "ষোলো",
        "অথবা": "অথোবা",
        "দশমিক": "দশোমিক",
        "তিনটে": "তিন্টে",
        "একজন": "অ্যাক্জোন",
        "মার্চ": "মার্চ্",
        "ব্যাংক": "ব্যাংক্",
        "নার্স": "নার্স্",
        "কোর্স": "কোর্স্",
        "খ্রিস্ট": "খ্রিস্টো",
        "একচল্লিশ": "এক্চোল্লিশ",
        "সাতচল্লিশ": "সাত্চোল্লিশ",
        "আটচল্লিশ": "আট্চোল্লিশ",
        "ঊনচল্লিশ": "উন্চোল্লিশ",
        "উনচল্লিশ": "উন্চোল্লিশ",
        "ঊনপঞ্চাশ": "উন্পঞ্চাশ",
        "উনপঞ্চাশ": "উন্পঞ্চাশ",
        "একষট্টি": "এক্শোট্টি",
        "পঁয়ষট্টি": "পঁয়্শোট্টি",
        "সাতষট্টি": "সাত্শোট্টি",
        "আটষট্টি": "আট্শোট্টি",
    },
)
ODIA = Language(
    rules=_odia,
    stress=first_stress(last=True),
    vowels=_VOWELS | {"R": "ɾu", "L": "lu"},
    consonants={"c": "ʧ", "cʰ": "ʧʰ", "ʃ": "s", "ʂ": "s", "w": "w"},
)
