"""Blanks out what is not spoken: control characters, emoji, markup. The length of the text never changes."""

import re
import unicodedata
from functools import lru_cache

from openwaves.tts.normalize.latex import SPAN, is_math

_SIGNS = frozenset(
    "'’‘\"“”„.,;:!?…—–-()$€£¥₹¢%‰&@#+=*/_°^·²³⁻½¼¾×÷−।॥॰¿¡،؛؟。、！？，：；«»¦<>≤≥≈~±§№′″℃℉￥＄⁄‑₽₩₺₫৳₴₦฿₪₱₿"
    "→⟶↦➝➔➜←⟵↔⟷⇄⇌⇒⟹⇐⇔⟺↑↓≠≡≅∝∈∉⊂⊆∪∩∞√∑∏∫∂∇∀∃∴∵⊥∥∅∨∧"
)
_JOINERS = frozenset("\u200c\u200d")
_STYLES = ("<font>", "<super>", "<sub>", "<circle>")
_MOST_MARKS = 4  # on one letter; no script needs more

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--.{0,500}?-->", re.DOTALL)
_SCHEME = re.compile(r"\b(?:https?|ftp)://", re.IGNORECASE)
_QUERY = re.compile(r"(?<=\w)[?&=#%](?=\w)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_HEADING = re.compile(r"^[ \t]*#{1,6}(?=\s)", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:[*+•](?=\s)|>(?!\s?[=\d])[>\s]*)", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)(?:[*_`]|~(?!\d)){1,3}(?=[^\s*_`~])|(?<=[^\s*_`~])[*_`~]{1,3}(?!\w)")
_ARROW = re.compile(r"[-=~]+>+|<+[-~]+|<=+(?=\W*[^\W\d])|<{2,}|>{2,}|[<>](?!=?\s?[-−]?[₹$€£¥]?\.?\d)")
"""Arrows, and signs of order with no number after them."""
_DRAWN = re.compile(r"(?<=[\w)\]\"'] )(<?[-=]{1,2}>|<-{1,2})(?= [\w(\"'])")
"""Arrows of several signs between words."""
_DRAWN_AS = {"<->": "↔", "<=>": "⇔", "<-": "←", "<--": "←"}
_LEADING_ARROW = re.compile(r"^[ \t]*[→⟶➝➔➜⇒↑↓←]+(?=\s)", re.MULTILINE)
_CITATION = re.compile(
    r"(?:(?<=[^\W_]{2})|(?<=[\u0900-\u0d7f])|(?<=[.,;:!?)\]\"”’।。]))(?:(?<!\bin)(?<!\bsee)(?<!\bfrom)(?<!\bby)(?<!\bof)"
    r"(?<!\bto)(?<!\bref)(?<!\band)(?<!\bwith)(?<!\bitem) )?"
    r"(?:\[(?:[1-9]\d{0,2}(?:[ ]?[,–-][ ]?[1-9]\d{0,2}){0,4}|[a-z]|note \d{1,3}|nb \d{1,3}|citation needed)\]){1,8}"
    r"(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
"""Marks of notes after a word, "[1][2]", "[3, 4]", "[a]"; one at the beginning of a line is a number."""
_LINK_TARGET = re.compile(r"(?<=\])\((?:https?:|/|#)[^()\s]*\)")
_MARKS = re.compile(r"([^\W\d_])((?:[\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]){5,})")
_STRAY_JOINERS = re.compile(r"(?:(?<=\s)|^)[\u200c\u200d]+")
_BAR = re.compile(r"(?<=[\u0900-\u0d7f])\|{1,2}(?=\s|$)|(?<=[\u0900-\u0d7f] )\|{1,2}(?=\s*$)")
_COLON = re.compile(
    r"(?<=[\u0904-\u0939\u093c\u093e-\u094c\u0958-\u0961]):(?=[\u0915-\u0939\u0958-\u095f])"
    r"|(?:(?<=\bअत)|(?<=\bपुन)|(?<=\bप्राय)|(?<=\bस्वत)|(?<=\bछ)|(?<=\bक्रमश)|(?<=\bमूलत)|(?<=\bवस्तुत)|(?<=\bसंभवत)"
    r"|(?<=\bविशेषत)|(?<=\bसामान्यत)|(?<=\bमुख्यत)|(?<=\bपूर्णत)|(?<=\bअंशत)|(?<=\bप्रात)):(?=\s|$)"
)
_RULE = re.compile(r"([-=_*.#/+])\1{3,}")


def clean(text: str) -> str:
    """Blank out everything that no reader says.

    Returns:
        A text of the same length in which unspoken characters are spaces: offsets stay true. Line breaks stay.
        Letters in bold, full-width or raised type are plain ones. Formulas in LaTeX stay.
    """
    if "$" in text or "\\" in text:
        formulas = [found for found in SPAN.finditer(text) if is_math(found)]
        if formulas:
            return _around(text, formulas)
    return _clean(text)


def _around(text: str, formulas: list[re.Match[str]]) -> str:
    """Clean what stands around formulas, which stay as they are."""
    pieces, position = [], 0
    for found in formulas:
        pieces += [_clean(text[position : found.start()]), found.group()]
        position = found.end()
    return "".join((*pieces, _clean(text[position:])))


def _typed(text: str) -> str:
    """Signs of Indian scripts as keyboards of ASCII type them: the danda as a bar, the visarga as a colon."""
    if "|" in text:
        text = _BAR.sub(lambda match: "।" * len(match.group()), text)
    if ":" in text:
        text = _COLON.sub("ः", text)
    return text


def _clean(text: str) -> str:
    text = _typed(text)
    text = _LINK_TARGET.sub(_blank, _TAG.sub(_blank, text))
    if "[" in text:
        text = _CITATION.sub(_blank, text)
    text = _ADDRESS.sub(lambda match: _QUERY.sub(" ", _SCHEME.sub(_blank, match.group())), text)
    if " || " in text:
        text = text.replace(" || ", " ∨  ")
    if ">" in text or "<" in text:
        text = _DRAWN.sub(lambda match: _DRAWN_AS.get(match[1], "→").ljust(len(match[1])), text)
    for pattern in (_HEADING, _BULLET, _LEADING_ARROW, _RULE, _ARROW, _EMPHASIS):
        text = pattern.sub(_blank, text)
    return _STRAY_JOINERS.sub(_blank, "".join(map(_kept, _MARKS.sub(_few_marks, text))))


def is_speakable(text: str) -> bool:
    """Whether something in the text can be said."""
    return any(character.isalnum() for character in clean(text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _few_marks(match: re.Match[str]) -> str:
    marks = match[2]
    return match[1] + marks[:_MOST_MARKS] + " " * (len(marks) - _MOST_MARKS)


@lru_cache(maxsize=4096)
def _kept(character: str) -> str:
    if character in _SIGNS or character in _JOINERS or character == "\n":
        return character
    category = unicodedata.category(character)
    style = unicodedata.decomposition(character)
    if style.startswith("<wide>") or (category[0] == "L" and style.startswith(_STYLES) and character not in "ªº"):
        plain = unicodedata.normalize("NFKC", character)
        return _kept(plain) if len(plain) == 1 else character
    return character if category[0] in "LN" or (category in ("Mn", "Mc") and not _is_selector(character)) else " "


def _is_selector(character: str) -> bool:
    """Variation selectors, which only choose how an emoji is drawn."""
    return "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100"
