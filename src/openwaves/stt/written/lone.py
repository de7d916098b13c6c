"""Numbers that stand alone: which are a count, and which are words ("no one", "बता दो", "uno de ellos")."""

from openwaves.stt.written.figures import Match, Piece, figures, kept
from openwaves.stt.written.numbers import Number, cardinal, is_number
from openwaves.stt.written.text import Text

_PLURAL_SCALES = frozenset({"hundreds", "thousands", "millions", "billions"})


def compound(text: Text, start: int) -> Match | None:
    """A number of two figures or more before a hyphen: "twenty-five-year-old"."""
    token = text.tokens[start]
    parts = token.text.split("-")
    n_numbers = next((n for n, part in enumerate(parts) if part.lower() not in text.tables.numbers), len(parts))
    if text.tables.code != "en" or not token.ends or not 0 < n_numbers < len(parts) or n_numbers > 2:
        return None
    values = [text.tables.numbers[part.lower()] for part in parts[:n_numbers]]
    if values[0] < 10 or (n_numbers == 2 and not (values[0] % 10 == 0 and 0 < values[1] < 10 and values[0] > 10)):
        return None
    return Match((Piece("-".join([str(sum(values)), *parts[n_numbers:]]), start + 1),), n_numbers == 2)


def phrase(text: Text, start: int) -> Match | None:
    """A fixed phrase, written its own way or left as it was said."""
    for length in range(5, 0, -1):
        keys = tuple(text.near(start + offset, start + 1) for offset in range(length))
        if "" in keys or keys not in text.tables.phrases:
            continue
        written = text.tables.phrases[keys]
        following = text.next_key(start + length)
        if keys[-1] in text.tables.numbers and any(
            following in table for table in (text.tables.numbers, text.tables.scales, text.tables.ordinals)
        ):
            continue
        if not written:
            return kept(text, start, start + length)
        parts = written.split()
        ends = [*range(start + 1, start + len(parts)), start + length]
        return Match(tuple(map(Piece, parts, ends)), True)
    return None


def lone(text: Text, start: int) -> Match | None:
    """A cardinal with nothing that it counts behind it."""
    number = cardinal(text, start)
    if number is None:
        return None
    if _stays(text, number, start):
        return kept(text, start, number.end)
    return _century(text, number, start) or figures_of(text, number, start)


def _stays(text: Text, number: Number, start: int) -> bool:
    """Whether it is a word more than a number."""
    single = number.end == start + 1
    if text.tables.among("zero", text.previous_key(start)) or text.next_key(number.end) in _PLURAL_SCALES:
        return True
    if single and number.value == 1:
        return not _is_one(text, start)
    if number.bare:
        return not _bare_counts(text, number, start)
    return single and text.tables.among("verbs", text.key(start)) and not _counts(text, start)


def figures_of(text: Text, number: Number, start: int) -> Match:
    """The number, clear if it is of several words."""
    return Match(figures(text, number, start), number.end - start > 1 + (number.bare and text.tables.code == "en"))


def _is_one(text: Text, start: int) -> bool:
    """Whether "one" is a number here: behind a label, or beside another number."""
    tables = text.tables
    if text.key(start) in {"un", "una"}:
        return False
    if tables.among("label", text.previous_key(start)) and tables.code == "en":
        return True
    for step in (1, -1):
        link = text.key(start + step)
        if is_number(text, start + step) and text.key(start + step) != text.key(start):
            return True
        if (
            tables.among("number_links", link)
            and is_number(text, start + 2 * step)
            and text.key(start + 2 * step) != text.key(start)
        ):
            return True
    return False


def _bare_counts(text: Text, number: Number, start: int) -> bool:
    """Whether a bare scale is a number: "सौ लोग", "a hundred and five", but not "a million"."""
    tables, scale = text.tables, tables_scale(text, start)
    if tables.among("vague", text.previous_key(start)):
        return False
    if tables.code == "en":
        return number.end - start > 2 or (scale in {100, 1000} and not text.next_key(number.end).endswith("s"))
    if tables.code == "hi":
        return number.end - start > 1 or scale == 100
    return number.end - start > 1


def tables_scale(text: Text, start: int) -> int:
    """The scale that a bare number begins with."""
    scales = text.tables.scales
    return scales.get(text.key(start)) or scales.get(text.next_key(start + 1), 0)


def _counts(text: Text, start: int) -> bool:
    """Whether Hindi "दो" is two, and not "give": something follows that can be counted."""
    tables = text.tables
    if tables.among("number_links", text.previous_key(start)) and is_number(text, start - 2):
        return True
    following = text.next_key(start + 1)
    if not following or tables.among("after_verb", following):
        return False
    return not tables.among("verb_stems", text.previous_key(start))


def _century(text: Text, number: Number, start: int) -> Match | None:
    """Spanish centuries are Roman. Source: Real Academia Española, Ortografía, 2010."""
    if text.tables.code != "es" or not text.previous_key(start).startswith("siglo") or not 1 <= number.value <= 30:
        return None
    value = int(number.value)
    tens, ones = divmod(value, 10)
    roman = "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
    return Match((Piece(roman, number.end),), True)
