"""Words for great numbers after a number: "5 million", "₹2 Cr", "1,5 Mio.", "10k", "5 million km"."""

import re

from openwaves.tts.normalize import codes, measures
from openwaves.tts.normalize.amounts import Amount, Value, patterns
from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry

_GLUED = frozenset({"k", "K", "M", "B", "T", "mn", "Mn", "bn", "Bn", "Cr", "cr", "MM"})
_LABELS = re.compile(r"(?![.,]?[ \u00a0][a-z])")
"""What follows "221B" where that is a label, and no billion of something."""


def find(context: Context, amount: re.Match[str], end: int, *, currency: bool) -> re.Match[str] | None:
    """A scale word or sign after a number.

    Args:
        context: The pass over the text.
        amount: The match of the number, by ``Patterns.amount``.
        end: Offset past the number.
        currency: Whether the number is a price; else only signs count, since words are read as they stand.
    """
    found = patterns(context.base.code).scale.match(context.text, end)
    if not found or (found["scale"] in context.num.scale_words | context.base.scale_words and not currency):
        return None
    if currency:
        return found
    name = found["scale"]
    if len(name) == 1 and codes.is_label(context, amount.start()):
        return None
    if name in {"B", "T"} and amount["a"].isdecimal() and _LABELS.match(context.text, found.end()):
        return None
    video = amount["a"] in {"2", "4", "8"} and name in {"K", "k"}
    glued = found["gap"] == "" and name in _GLUED and not video
    apart = found["gap"] and name.lower() in {"cr", "mn", "bn"}
    return found if glued or apart or len(name) > 2 else None


def read(amount: Amount, scale: re.Match[str]) -> int:
    """Say a number with its scale word, and the unit after it."""
    context = amount.context
    word = say(context, scale, amount.first, amount.second)
    words = f"{amount.words(context.num.scale_form(word))} {word}"
    context.say(words, amount.start, scale.end(), context.num.code)
    return read_unit(amount, word, scale.end()) or scale.end()


def read_unit(amount: Amount, word: str, end: int) -> int:
    """The unit after the scale word that ends at ``end``: "5 million km"; 0 if there is none."""
    context = amount.context
    unit = amount.patterns.unit.match(context.text, end)
    if not unit or unit["per"] or len(unit["unit"]) < 2 or measures.is_word(amount, unit):
        return 0
    noun, code = measures.unit(context, unit["unit"])
    same = code == context.num.code
    words = context.num.after_scale(amount.first.whole, word, noun.many) if same else noun.many
    context.say(words, unit.start("unit"), unit.end(), code)
    return unit.end()


def say(context: Context, scale: re.Match[str] | None, first: Value, second: Value | None) -> str:
    """Words of a scale in the language of numbers; they agree with the number before, or the second of a range."""
    if not scale:
        return ""
    num = context.num
    word = _word(context, scale["scale"])
    noun = num.scale_nouns.get(word)
    if noun:
        last = second or first
        word = num.counted(noun, last.whole, last.fraction, ranged=bool(second))
    return f"{word} {_word(context, scale['more'])}" if scale["more"] else word


def _word(context: Context, key: str) -> str:
    num, english = context.num, registry.language("en")
    word = num.scales.get(key)
    if word is None:
        word = english.scales.get(key, key)
        word = num.scales.get(word, word)
    return word
