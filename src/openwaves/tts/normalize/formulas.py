"""Formulas of substances, letter by letter: "Na2SO4", "2NaOH", "CaCO3", "Al2(SO4)3", "NaCl"."""

import re

from openwaves.tts.normalize.context import Context

_ELEMENTS = (
    "He Li Be Ne Na Mg Al Si Cl Ar Ca Sc Ti Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Zr Nb Mo Tc Ru Rh Pd Ag "
    "Cd In Sn Sb Te Xe Cs Ba La Ce Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa Np Pu Hf Ta Re Os Ir H B C N O F P S K V "
    "Y I W U"
)
"""Source: IUPAC, periodic table of the elements."""

_ATOM = rf"(?:{'|'.join(_ELEMENTS.split())})"
FORMULA = re.compile(
    rf"(\d{{1,2}})?((?:{_ATOM}\d{{0,3}}|\((?:{_ATOM}\d{{0,3}}){{1,6}}\)\d{{0,2}}){{2,12}}|(?:Cl|Br)2)(?![\w(-])"
)
_SINGLE = re.compile(rf"(\d{{1,2}})?((?![A-Z](?![a-z])){_ATOM})(?![\w-])")
_REACTS_BEFORE = re.compile(r"[+→⇌⟶] \Z")
_REACTS_AFTER = re.compile(r" [+→⇌⟶] {0,3}\d?[A-Z]")
_WITHOUT_DIGITS = frozenset({
    "NaCl", "NaOH", "NaF", "NaBr", "NaI", "NaH", "LiCl", "LiOH", "KCl", "KBr", "HCl", "HBr", "AgCl", "AgBr", "ZnO",
    "ZnS", "MgO", "CaO", "CaS", "CuO", "CuS", "FeO", "FeS", "GaN", "GaAs", "PbS", "PbO", "SiC", "SiO", "NiO", "TiN",
    "NaClO", "NaHS", "HClO", "NaCN", "RbCl", "CsCl", "CsOH",
})  # fmt: skip
_PART = re.compile(r"[A-Z][a-z]?|\d+")


def read(context: Context, start: int) -> int:
    """Say a formula that has a symbol of two letters at an offset; 0 if there is none."""
    match = FORMULA.match(context.text, start)
    if not match:
        match = _SINGLE.match(context.text, start)
        if not match or not _reacts(context.text, start, match.end()):
            return 0
    elif not any(map(str.isdecimal, match[2])) and match[2] not in _WITHOUT_DIGITS:
        return 0
    if match[2].isupper() or (start and context.text[start - 1].isalnum()):
        return 0
    num, latin = context.num, context.latin
    said: list[tuple[str, str, int]] = []
    for part in _PART.finditer(match.group()):
        digits = part.group().isdecimal()
        words = num.whole(part.group()) if digits else " ".join(part.group().upper())
        code = num.code if digits else latin.code
        if said and said[-1][1] == code:
            said[-1] = (f"{said[-1][0]} {words}", code, said[-1][2])
        else:
            said.append((words, code, start + part.start()))
    ends = [begin for _, _, begin in said[1:]] + [match.end()]
    for (words, code, begin), end in zip(said, ends, strict=True):
        context.say(words, begin, end, code)
    return match.end()


def _reacts(text: str, start: int, end: int) -> bool:
    """Whether a plus or an arrow of a reaction stands beside an element: "2Na + Cl2"."""
    return bool(_REACTS_BEFORE.search(text, max(0, start - 2), start) or _REACTS_AFTER.match(text, end))
