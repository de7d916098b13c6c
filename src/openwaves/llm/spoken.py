"""Keeps out of an answer what is not meant to be heard: thinking, and the marks of templates."""

import re

_THINKING, _THOUGHT = "<think>", "</think>"
_MARK = re.compile(r"<\|[A-Za-z_]{1,24}\|>|<(?:start|end)_of_turn>|</?s>|\[/?INST\]|</?tool_call>")
_CUT_MARK = re.compile(r"<\|[A-Za-z_]{0,24}\|?$")
_LONGEST = 28


class SpokenText:
    """Passes an answer on, piece by piece, without thinking, marks, and white space before its first word."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._begun = False

    def feed(self, text: str) -> str:
        """The next piece that can be passed on; perhaps nothing yet."""
        self._held += text
        return self._pass(final=False)

    def end(self) -> str:
        """What is left at the end of the answer."""
        return self._pass(final=True)

    def _pass(self, *, final: bool) -> str:
        passed: list[str] = []
        while True:
            if self._thinking:
                _, found, rest = self._held.partition(_THOUGHT)
                if not found:
                    self._held = "" if final else self._held[-len(_THOUGHT) + 1 :]
                    return "".join(passed)
                self._held, self._thinking, self._begun = rest, False, False
            before, found, rest = self._held.partition(_THINKING)
            if not found:
                passed.append(self._clean(final=final))
                return "".join(passed)
            self._held = before
            passed.append(self._clean(final=True))
            self._held, self._thinking = rest, True

    def _clean(self, *, final: bool) -> str:
        text = _MARK.sub("", self._held)
        if final:
            text = _CUT_MARK.sub("", text)
        kept = 0 if final else _open_mark(text)
        self._held = text[len(text) - kept :] if kept else ""
        text = text[: len(text) - kept] if kept else text
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


def _open_mark(text: str) -> int:
    """How many characters at the end may be the beginning of a mark."""
    place = max(text.rfind("<"), text.rfind("[", -8))
    return len(text) - place if place >= 0 and len(text) - place < _LONGEST and _may_open(text[place:]) else 0


def _may_open(tail: str) -> bool:
    if re.fullmatch(r"<(\|([A-Za-z_]{0,24}\|?)?)?", tail):
        return True
    words = (_THINKING, _THOUGHT, "<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "[INST]", "[/INST]", "<tool_call>")
    return any(word.startswith(tail) for word in (*words, "</tool_call>"))
