"""English amounts before their noun, which are singular: "a 5 km run", "a 10m (32ft) passage", "a $5 coffee"."""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.languages import registry

_BRACKET = re.compile(r"[ \u00a0]?\([^()\n]{1,30}\)")
"""The same amount in another unit."""
_COMPOUND = re.compile(
    r"(?<!\w)(?:an?|the) [\d.,]+(?:-[a-z]{3,}| (?:mile|foot|inch|yard|met(?:er|re)|kilomet(?:er|re)|pound|ounce|gallon|"
    r"lit(?:er|re)|acre|degree|second|minute|hour|gram|kilogram|tonne|ton)) \([^()]*\Z"
)
_NEXT_NOUN = re.compile(r"[ \u00a0]([A-Za-z]{3,40})(?![\w/@])")


def is_attribute(context: Context, end: int) -> bool:
    """Whether an English amount that ends at ``end`` stands before its noun, and so is singular: "a 5 km run".

    An article or a possessive must come before it, and a word after it that is no function word. After all but
    "a", a verb may follow ("the 5 km covered"), so that no word in -ed or -s counts as a noun there.
    """
    if end <= context.attribute_until or _repeats(context, end):
        return True
    english = registry.language("en")
    single = context.before in english.listed("single_articles") or (
        context.before_that in english.listed("single_articles") and context.before not in english.listed("no_nouns")
    )
    if not single and context.before not in english.listed("articles"):
        return False
    bracket = _BRACKET.match(context.text, end)
    found = _NEXT_NOUN.match(context.text, bracket.end() if bracket else end)
    if found and found[1].lower() in english.listed("size_words"):
        found = _NEXT_NOUN.match(context.text, found.end())
    if not found:
        return False
    word = found[1].lower()
    if word in english.listed("no_nouns") or not (single or not word.endswith(("ed", "s"))):
        return False
    if bracket:
        context.attribute_until = bracket.end()
    return True


def _repeats(context: Context, end: int) -> bool:
    """Whether the amount that ends at ``end`` stands in brackets after the same: "a 50-meter (164 ft) pool"."""
    text = context.text
    if text[end : end + 1] != ")" or not _NEXT_NOUN.match(text, end + 1):
        return False
    return bool(_COMPOUND.search(text, max(0, end - 48), end))
