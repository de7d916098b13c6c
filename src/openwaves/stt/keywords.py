"""The parameter ``keywords``: terms that a recogniser shall expect (contract section 4)."""

import math

from openwaves.stt.transcript import Keyword

MOST = 100
"""Terms that count; more are ignored."""
MOST_BOOST = 10.0
_DEFAULT_BOOST = 1.0


def parse_keywords(value: str) -> tuple[Keyword, ...]:
    """Terms of ``NVIDIA:2,Jensen Huang:1.5,Foo``.

    Args:
        value: As the client wrote it. Case counts; a term without a boost has 1; empty terms are left out. Of a term
            that comes twice the first counts. What follows the last colon is a boost, held within ``MOST_BOOST`` to
            both sides; if it is no number, it belongs to the term.
    """
    found: dict[str, Keyword] = {}
    for entry in value.split(","):
        text, boost = _parts(entry)
        term = " ".join(text.split())
        if not term:
            continue
        found.setdefault(term, Keyword(term, max(-MOST_BOOST, min(MOST_BOOST, boost))))
        if len(found) == MOST:
            break
    return tuple(found.values())


def _parts(entry: str) -> tuple[str, float]:
    """A term and its boost."""
    text, colon, tail = entry.rpartition(":")
    if not colon:
        return entry, _DEFAULT_BOOST
    if not tail.strip():
        return text, _DEFAULT_BOOST
    try:
        boost = float(tail)
    except ValueError:
        boost = math.nan
    return (text, boost) if math.isfinite(boost) else (entry, _DEFAULT_BOOST)
