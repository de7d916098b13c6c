"""Tells words apart that are written alike: "I read it yesterday", "to read"; "a record", "to record".

Hibari's tagger has given each word a part of speech. Here the rules of ``data/homographs.tsv`` and a few rules for
all words that are noun and verb put another in its place where the neighbours say so; senses that are the same part of
speech ("lead" of a pencil, "bow" of a ship) get tags of their own. Where no rule holds, the tagger's answer stays.
"""

from collections.abc import Sequence

from hibari.g2p.lexicon import Lexicon
from hibari.g2p.token import Tok

from openwaves.tts.g2p.english.tables import Condition, Rule, classes, rules

_NEAR = 12  # words to each side
_SKIPPED = 3  # adverbs between a verb and the word that governs it
_CLAUSE_SIGNS = frozenset('.,;:!?—–…()"“”')
_VERB, _NOUN, _PAST = "VB", "NN", "VBD"
_TENSES = {"VBD": _PAST, "VBN": _PAST, "VB": _VERB, "VBP": _VERB, "VBZ": _VERB, "VBG": _VERB, "MD": _VERB}


def retag(tokens: Sequence[Tok], lexicon: Lexicon) -> None:
    """Correct the tags of homographs in place."""
    words = [token.text.lower().replace("’", "'") for token in tokens]
    for number, word in enumerate(words):
        if word not in rules() and not isinstance(lexicon.golds.d.get(word), dict):
            continue
        sentence = _Sentence(words, [token.tag for token in tokens])
        if tag := _tag(sentence, number):
            tokens[number].tag = tag


def _tag(sentence: "_Sentence", number: int) -> str:
    """The tag that the neighbours of a homograph ask for; "" if they say nothing."""
    word = sentence.words[number]
    for rule in rules().get(word, ()):
        if sentence.holds(rule, number):
            return rule.tag
    if word == "read":
        return _tense_of_read(sentence, number)
    return "" if word.endswith(("ed", "ing")) else _part_of_speech(sentence, number)


def _part_of_speech(sentence: "_Sentence", number: int) -> str:
    """Verb or noun, from the words before and after.

    Source: R. Quirk et al., A Comprehensive Grammar of the English Language (1985), sections 2.27 to 2.45: what may
    stand before a noun phrase's head, and after which words a bare infinitive stands.
    """
    word = sentence.words[number]
    singular = not word.endswith("s") or word.endswith("ss")
    governor = sentence.governor(number)
    before, tag = sentence.word(governor), sentence.tag(governor)
    beside, starts = governor == number - 1, sentence.is_edge(governor)
    has_object = singular and sentence.opens_object(number + 1)
    joined = before in {"and", "or"} and has_object
    answers = (
        (singular and sentence.governs_infinitive(governor), _VERB),
        (starts, _VERB if has_object else ""),
        (before in classes()["determiner"] | classes()["preposition"], _NOUN),
        (before in classes()["be"], "JJ"),
        (before in classes()["plural_subject" if singular else "singular_subject"], _VERB),
        (joined, _VERB if joined and sentence.verb_before(governor) in {"VB", "VBP", "MD"} else ""),
        (tag.startswith("JJ") and beside, _NOUN),
        (tag in {"NN", "NNP"} and beside and singular and not has_object, _NOUN),
        (tag in {"NNS", "NNPS"} and singular and sentence.continues_verb(number + 1), _VERB),
    )
    return next((answer for holds, answer in answers if holds), "")


def _tense_of_read(sentence: "_Sentence", number: int) -> str:
    """Whether "read" is present (``VB``) or past (``VBD``)."""
    governor = sentence.governor(number)
    before, tag = sentence.word(governor), sentence.tag(governor)
    asked = before in classes()["pronoun"] and sentence.word(sentence.governor(governor)) in classes()["have"]
    wished = before == "'d" and sentence.near(number, classes()["wish"])
    joined = before in {"and", "or", "then", "but"}
    answers = (
        (sentence.governs_infinitive(governor) or wished, _VERB),
        (before in classes()["be"] | classes()["have"] | {"'d"} or asked, _PAST),
        (sentence.word(number - 1) in {"well", "widely", "best"} or sentence.word(number + 1) == "by", _PAST),
        (sentence.is_edge(governor), _VERB),
        (before in classes()["determiner"] or sentence.tag(number - 1).startswith("JJ"), _NOUN),
        (joined, _TENSES.get(sentence.verb_before(governor), "") if joined else ""),
        (before in classes()["singular_subject"] or tag in {"NN", "NNP"}, _PAST),
    )
    return next((answer for holds, answer in answers if holds), None) or _by_time(sentence, number, before)


def _by_time(sentence: "_Sentence", number: int, subject: str) -> str:
    """The tense of "read" from the words of time, then from the other verbs, then from the subject."""
    if sentence.near(number, classes()["past_time"]) or sentence.is_past_time(number):
        return _PAST
    if sentence.near(number, classes()["present_time"]):
        return _VERB
    others = {tag for index, tag in enumerate(sentence.tags) if index != number}
    if "VBD" in others:
        return _PAST
    if others & {"VBP", "VBZ", "MD"}:
        return _VERB
    return _PAST if subject in {"i", "we", "they"} else _VERB


class _Sentence:
    """Words in lower case, their tags, and what rules ask about them. Offsets outside are empty words."""

    def __init__(self, words: Sequence[str], tags: Sequence[str]) -> None:
        self.words, self.tags = words, tags

    def word(self, number: int) -> str:
        return self.words[number] if 0 <= number < len(self.words) else ""

    def tag(self, number: int) -> str:
        return self.tags[number] if 0 <= number < len(self.tags) else ""

    def is_edge(self, number: int) -> bool:
        """Whether a clause begins or ends here; "please" and the like are no part of it."""
        word = self.word(number)
        return not word or word in _CLAUSE_SIGNS or word == "please"

    def governor(self, number: int) -> int:
        """Offset of the word before, past adverbs and "not"."""
        for index in range(number - 1, number - 2 - _SKIPPED, -1):
            word = self.word(index)
            if word not in classes()["adverb"] and not (word.endswith("ly") and self.tag(index) == "RB"):
                return index
        return number - 1

    def governs_infinitive(self, number: int) -> bool:
        """Whether the bare verb follows: after "to", an auxiliary, "did you", "let me", "what I do is"."""
        word = self.word(number)
        if word == "to":
            return self.word(number - 1) not in classes()["noun_after_to"]
        if word in classes()["modal"] or word in classes()["do"] or (word == "'s" and self.word(number - 1) == "let"):
            return True
        outer = self.word(self.governor(number))
        if word in {"is", "was"} and outer in classes()["do"]:
            return True  # "all we can do is read"
        if word in classes()["pronoun"] or word in classes()["object"]:
            return outer in classes()["modal"] | classes()["do"] or (
                word in classes()["object"] and outer in classes()["causative"]
            )
        return False

    def opens_object(self, number: int) -> bool:
        """Whether the object of a verb begins here."""
        return self.word(number) in classes()["determiner"] | classes()["object"] | {"that"}

    def continues_verb(self, number: int) -> bool:
        """Whether what follows fits a verb better than a noun: an object, a preposition, an adverb, a noun."""
        word, tag = self.word(number), self.tag(number)
        return (
            self.opens_object(number)
            or word in classes()["preposition"] | {"to"}
            or tag in {"NN", "NNS", "NNP", "RB", "RP"}
        )

    def verb_before(self, number: int) -> str:
        """Tag of the nearest verb before, in the same sentence."""
        for index in range(number - 1, max(-1, number - _NEAR), -1):
            if self.tags[index].startswith(("VB", "MD")):
                return self.tags[index]
        return ""

    def near(self, number: int, words: frozenset[str]) -> bool:
        """Whether one of the words stands near."""
        return not words.isdisjoint(self.words[max(0, number - _NEAR) : number + _NEAR + 1])

    def is_past_time(self, number: int) -> bool:
        """As in "last night", "this morning", "in nineteen ninety"."""
        low, high = max(0, number - _NEAR), number + _NEAR
        pairs = zip(self.words[low:high], self.words[low + 1 : high], strict=False)
        return any(
            (first in {"last", "this"} and second in classes()["past_after_last"])
            or (first == "in" and second in {"nineteen", "twenty", "eighteen"})
            for first, second in pairs
        )

    def holds(self, rule: Rule, number: int) -> bool:
        """Whether all conditions of a rule hold."""
        return all(self._stands(condition, number) for condition in rule.conditions)

    def _stands(self, condition: Condition, number: int) -> bool:
        written, words, endings = condition
        place = written.lstrip("!")
        if place == "near":
            found = self.near(number, words)
        else:
            word = self._at(place, number)
            found = word in words or bool(endings and word.endswith(endings))
        return found != written.startswith("!")

    def _at(self, place: str, number: int) -> str:
        if place == "tag":
            return self.tags[number]
        return self.word(self.governor(number) if place == "governor" else number + _PLACES[place])


_PLACES = {"before": -1, "before2": -2, "before3": -3, "after": 1, "after2": 2}
