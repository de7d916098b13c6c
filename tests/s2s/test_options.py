"""What a model is asked in a talk."""

from dataclasses import replace

from openwaves.llm.chat import ChatRequest, Deltas, Message, Tool
from openwaves.s2s.options import REMINDER, SPEAK_FIRST, TalkOptions
from openwaves.types import SpeechRequest

OPTIONS = TalkOptions(SpeechRequest("", "sophia"), tools=(Tool("get_time", {}, {}),))
SYSTEM, HELLO = Message("system", "Be brief."), Message("user", "Hello.")


class Nobody:
    """A model that is only named."""

    names = ("electron",)
    state = "is not there"
    is_loaded = False

    def complete(self, request: ChatRequest) -> Deltas:
        raise AssertionError(request)

    async def prime(self, request: ChatRequest) -> None:
        raise AssertionError(request)

    async def close(self) -> None:
        """Nothing to close."""


def asked(options: TalkOptions, *messages: Message, prompts: bool = True) -> tuple[Message, ...]:
    return options.request((SYSTEM, *messages), Nobody(), "talk", prompts=prompts).messages[1:]


def test_where_there_are_tools_the_user_reminds_of_the_style() -> None:
    assert asked(OPTIONS, HELLO) == (Message("user", f"Hello. {REMINDER}"),)
    assert asked(replace(OPTIONS, tools=()), HELLO) == (HELLO,)
    assert asked(replace(OPTIONS, style=""), HELLO) == (HELLO,)
    assert asked(replace(OPTIONS, is_spoken=False), HELLO) == (HELLO,)


def test_what_is_read_ahead_is_how_the_question_begins() -> None:
    said, question = asked(OPTIONS, HELLO, prompts=False)[-1], asked(OPTIONS, HELLO)[-1]
    assert question.content.startswith(said.content)


def test_who_said_nothing_gets_a_welcome() -> None:
    assert asked(OPTIONS) == (Message("user", SPEAK_FIRST),)
    assert asked(OPTIONS, HELLO, Message("assistant", "Hi."))[-1] == Message("user", SPEAK_FIRST)


def test_a_result_is_answered_as_it_stands() -> None:
    result = Message("tool", "12:00", tool_call_id="c1")
    assert asked(OPTIONS, HELLO, result) == (HELLO, result)
