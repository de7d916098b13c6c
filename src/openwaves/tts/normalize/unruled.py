"""Signs in the text of languages that have no rules here, so that their own readers get words for them.

"1'200" without its apostrophe, "A → B" and "a ⇒ b" in words, ids of machines sign by sign, LaTeX in English.
"""

import re

from openwaves.tts.normalize import hexadecimal, latex
from openwaves.tts.normalize.context import Context, Spoken
from openwaves.tts.normalize.languages import registry

_WORDS = {
    "zh": {
        "→": "到",
        "⇒": "推出",
        "⇔": "等价于",
        "←": "来自",
        "↔": "和",
        "≠": "不等于",
        "≤": "小于等于",
        "≥": "大于等于",
    },
    "ja": {"→": "から", "⇒": "ならば", "⇔": "同値", "←": "より", "↔": "と", "≠": "ノットイコール"},
    "el": {"→": "προς", "⇒": "συνεπάγεται", "⇔": "αν και μόνο αν", "←": "από", "↔": "και", "≠": "διάφορο του"},
    "fi": {
        "→": "kohti",
        "⇒": "josta seuraa",
        "⇔": "jos ja vain jos",
        "←": "kohteesta",
        "↔": "ja",
        "≠": "erisuuri kuin",
    },
    "no": {"→": "til", "⇒": "medfører", "⇔": "hvis og bare hvis", "←": "fra", "↔": "og", "≠": "ulik"},
    "id": {"→": "ke", "⇒": "maka", "⇔": "jika dan hanya jika", "←": "dari", "↔": "dan", "≠": "tidak sama dengan"},
    "ms": {"→": "ke", "⇒": "maka", "⇔": "jika dan hanya jika", "←": "dari", "↔": "dan", "≠": "tidak sama dengan"},
    "tr": {"→": "ok", "⇒": "ise", "⇔": "ancak ve ancak", "←": "geri ok", "↔": "ve", "≠": "eşit değildir"},
}
_ALIKE = {"⟶": "→", "➝": "→", "➔": "→", "➜": "→", "↦": "→", "⟵": "←", "⟷": "↔", "⇄": "↔", "⇌": "↔", "⟹": "⇒", "⟺": "⇔"}
_TOKEN = re.compile(r"\$\S|\\[A-Za-z(\[]|[^\s$\\]+|\S")
_REST = re.compile(r"[^\s$\\]*")
_APOSTROPHES = re.compile(r"(?<![\d'’])([1-9]\d{0,2})((?:['’]\d{3}){1,9})(?![\d'’])")
_LETTERS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}(?![A-Za-z0-9$])")
_HEX = re.compile(r"(?<![\w-])[0-9A-Fa-f](?=[0-9A-Fa-fxX:-]{3})")


def read(text: str, language: str) -> list[Spoken]:
    """Words of a text with their spans; only the signs above are changed."""
    english = registry.language("en")
    context = Context(text, english, english, False, "", english)
    said: list[Spoken] = []
    position = 0
    while match := _TOKEN.search(text, position):
        start, position = match.span()
        if match.group()[0] in "$\\" and (done := _formula(context, start, said)):
            position = done
            continue
        if match.group()[0] in "$\\" and (rest := _REST.match(text, start + 1)):
            position = rest.end()
        words = _signs(text[start:position], language)
        if words:
            said.append(Spoken(words, start, position, language))
    return said


def _formula(context: Context, start: int, said: list[Spoken]) -> int:
    """A formula in English; the offset past it, 0 if there is none."""
    count = len(context.said)
    done = latex.read(context, start)
    said += context.said[count:]
    return done


def _signs(word: str, language: str) -> str:
    """A word with words for its signs."""
    names = _WORDS.get(language, {})
    spaced = "" if language in {"zh", "ja"} else " "
    if any(sign in names or sign in _ALIKE for sign in word):
        word = "".join(
            f"{spaced}{names[_ALIKE.get(sign, sign)]}{spaced}" if _ALIKE.get(sign, sign) in names else sign
            for sign in word
        )
    word = _APOSTROPHES.sub(lambda match: re.sub("['’]", "", match.group()), word)
    word = _LETTERS.sub(lambda match: " ".join(match.group()), word)
    if _HEX.search(word):
        word = hexadecimal.spaced(word)
    return " ".join(word.split())
