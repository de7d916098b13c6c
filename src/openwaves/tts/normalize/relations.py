"""Arrows and relations in running text: "H2 + O2 → H2O", "a ⇒ b", "A ↔ B", "x ≠ y", "p ∈ S", "→ 5".

Each has a word in every language: its row ``symbol`` there, else the English one.
"""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry

SIGNS = {
    "→": "arrow", "⟶": "arrow", "↦": "arrow", "➝": "arrow", "➔": "arrow", "➜": "arrow", "←": "arrow_back",
    "⟵": "arrow_back", "↔": "arrow_both", "⟷": "arrow_both", "⇄": "arrow_both", "⇌": "arrow_both", "⇒": "implies",
    "⟹": "implies", "⇐": "implied_by", "⇔": "equivalent", "⟺": "equivalent", "↑": "arrow_up", "↓": "arrow_down",
    "≠": "unequal", "≡": "identical", "≅": "congruent", "≈": "approximately", "∝": "proportional", "∈": "element",
    "∉": "no_element", "⊂": "subset", "⊆": "subset", "∪": "union", "∩": "intersection", "∞": "infinity", "√": "root",
    "∑": "sum", "∏": "product", "∫": "integral", "∂": "partial", "∇": "nabla", "∀": "for_all", "∃": "exists",
    "∴": "therefore", "∵": "because", "⊥": "perpendicular", "∥": "parallel", "∅": "empty_set",
    "∨": "or", "∧": "and",
}  # fmt: skip
"""Sign to the key of its word."""

_FORMULA = r"(?:\d{0,2}[A-Z][a-z]?\d*(?:[A-Z][a-z]?\d*|\((?:[A-Z][a-z]?\d*)+\)\d*)*)"
_FORMULA_BEFORE = re.compile(rf"(?<![\w.]){_FORMULA}(?:[+-]|\((?:g|l|s|aq)\))? ?\Z")
_FORMULA_AFTER = re.compile(rf" {{0,3}}{_FORMULA}(?![\w])")
_REACTION = re.compile(r"[A-Za-z)]\d|[A-Z][a-z][A-Z]|\d[A-Z]")


def read(context: Context, position: int) -> int:
    """Say the sign at an offset; the offset past it, 0 if it is none of these."""
    key = SIGNS.get(context.text[position])
    if not key:
        return 0
    if key.startswith("arrow") and _is_reaction(context, position):
        key = "yields"
    words, code = name(context, key)
    context.say(words, position, position + 1, code)
    return position + 1


def name(context: Context, key: str) -> tuple[str, str]:
    """The word for a sign in the language of words, and that language's code."""
    symbols = context.base.symbols
    if key in {"yields", "arrow"} and key not in symbols:
        return symbols.get("arrow", symbols["to"]), context.base.code
    if key in symbols:
        return symbols[key], context.base.code
    return registry.language("en").symbols[key], "en"


def _is_reaction(context: Context, position: int) -> bool:
    """Whether formulas of substances stand on both sides."""
    text = context.text
    before = _FORMULA_BEFORE.search(text, max(0, position - 40), position)
    after = _FORMULA_AFTER.match(text, position + 1)
    return bool(before and after and _REACTION.search(f"{before.group()} {after.group()}"))
