"""How long to wait for more, once a user is silent: what the melody told, and what the words tell."""

import re

QUIET_S = 0.2
"""Silence after which it is asked whether a turn is over."""
LIKELY = 0.5
"""Probability from which a turn is taken for over."""
ASKED = 0.1
"""The same where the recogniser wrote a question mark: what was heard is a whole question."""
SURE = 0.85
"""The same where the words tell that more may come."""
LEAST_DOUBT_S, DOUBT_S = 0.5, 1.3
"""Silence that ends a turn which seems unfinished: a little, and very."""
DICTATION_S = 1.3
"""Silence that ends numbers and lists that seem finished: people take a breath between their groups."""
OPENING_S = 0.7
"""Silence that ends a mere greeting, "well" or "stop": what is meant mostly follows after a breath."""
UNKNOWN = 0.4
"""Taken for the probability where nobody could tell."""
LONGEST_S = 2.5
"""Silence that ends any turn."""

_DIGITS = (
    "zero oh one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty double triple"
)
_NUMBER = re.compile(rf"(?:\d[\d\s,.-]*|(?:{'|'.join(_DIGITS.split())})|\b[A-Z])[\s,.-]*$", re.IGNORECASE)
_LETTER = re.compile(r"(?:\b[A-Za-z][\s,.-]+){2,}[A-Za-z]?[\s,.-]*$")
_OPEN = re.compile(
    r"\b(?:and|or|but|so|because|if|when|that|which|with|for|from|to|of|in|at|on|the|a|an|my|your|um|uh|er|like|is|are"
    r"|y|o|pero|que|de|el|la|un|una|et|ou|mais|und|oder|aber)[\s,….-]*$",
    re.IGNORECASE,
)
_LIST = re.compile(r",[^,.?!]{1,40},[^,.?!]{1,40}[,.]?\s*$")
_STOPPING = "stop wait sorry pardon para espera perdón stopp warte arrête attends aspetta ferma basta रुको रुकिए सुनो सुनिए"
STOPS = tuple(_STOPPING.split())
"""Words that stop somebody; what is meant may follow."""
_OPENING = re.compile(
    rf"(?:(?:{'|'.join(STOPS)}|oh|good (?:morning|afternoon|evening)|hello|hi|hey|well|listen|excuse me|hold on"
    r"|hola|buenos días|buenas(?: tardes| noches)?|bueno|perdona|olá|oi|bom dia|boa (?:tarde|noite)|espere|pare"
    r"|desculpe|ciao|salve|buongiorno|buonasera|allora|scusa|scusi|bonjour|bonsoir|salut|alors"
    r"|hallo|guten (?:tag|morgen|abend)|also|moment|entschuldigung|नमस्ते|हैलो|வணக்கம்|你好|您好|喂|もしもし|こんにちは"
    r")(?: there)?[\s,.…!?।。、，！？-]*)+",
    re.IGNORECASE,
)
_LEAST_NUMBERS = 2


def wait_s(text: str, probability: float) -> float:
    """Silence after which the turn is over, counted from its last sound; 0 is at once.

    Args:
        text: The words of the turn.
        probability: How likely the speaker has finished, by the sound.
    """
    if _OPEN.search(text):
        return LONGEST_S if probability < SURE else DOUBT_S
    if is_dictated(text):
        return DICTATION_S if probability >= LIKELY else LONGEST_S
    if text and _OPENING.fullmatch(text):
        return max(OPENING_S, _doubt_s(probability, LIKELY))
    likely = ASKED if text.rstrip().endswith(("?", "？")) else LIKELY
    if probability >= likely:
        return 0.0
    return _doubt_s(probability, likely)


def _doubt_s(probability: float, likely: float) -> float:
    return LEAST_DOUBT_S + (DOUBT_S - LEAST_DOUBT_S) * max(0.0, likely - probability) / likely


def is_dictated(text: str) -> bool:
    """Whether the words end in the midst of what may be a number, a spelled word or a list."""
    words = re.findall(r"[\w'-]+", text)
    n_numbers = 0
    for word in reversed(words):
        if not (any(map(str.isdigit, word)) or word.lower() in _DIGITS.split()):
            break
        n_numbers += 1
    enough = n_numbers >= _LEAST_NUMBERS or bool(words and n_numbers and sum(map(str.isdigit, words[-1])) > 2)
    return enough or bool(_LETTER.search(text)) or (bool(_LIST.search(text)) and not text.rstrip().endswith("?"))
