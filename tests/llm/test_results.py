"""A call that has its result is not told again; the model is asked for words instead."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from openwaves.llm.chat import (
    Answer,
    ArgumentsDelta,
    CallStart,
    ChatRequest,
    Delta,
    Deltas,
    Finish,
    FinishReason,
    Message,
    TextDelta,
    TokenUsage,
    Tool,
    ToolCall,
    collect,
)
from openwaves.llm.results import ASK, in_words

Said = str | tuple[str, str]
PARIS, ROME = '{"city": "Paris"}', '{"city": "Rome"}'
TOOLS = tuple(Tool(name, {}, {}) for name in ("weather", "time"))
SAID = "It is sunny."


def after_result(*results: tuple[str, str], **more: object) -> ChatRequest:
    calls = tuple(ToolCall(f"c{number}", name, arguments) for number, (name, arguments) in enumerate(results))
    messages = (
        Message("user", "What is the weather?"),
        Message("assistant", "", calls),
        *(Message("tool", "sunny", tool_call_id=call.id) for call in calls),
    )
    return replace(ChatRequest("model", messages, tools=TOOLS), **more)  # type: ignore[arg-type]


class Script:
    """Says one thing after another, a list for each time that it is asked."""

    def __init__(self, *answers: Sequence[Said]) -> None:
        self.asked: list[ChatRequest] = []
        self._answers = iter(answers)

    async def complete(self, request: ChatRequest) -> Deltas:
        self.asked.append(request)
        n_calls = 0
        for said in next(self._answers):
            if isinstance(said, str):
                yield TextDelta(said)
                continue
            yield CallStart(n_calls, f"new{n_calls}", said[0])
            for piece in (said[1][:4], said[1][4:]):
                yield ArgumentsDelta(n_calls, piece)
            n_calls += 1
        reason: FinishReason = "tool_calls" if n_calls else "stop"
        yield Finish(reason, TokenUsage())


async def answer(script: Script, request: ChatRequest) -> Answer:
    return await collect(in_words(script.complete, request))


async def test_a_call_that_has_its_result_becomes_words() -> None:
    script = Script([("weather", PARIS)], [SAID])
    found = await answer(script, after_result(("weather", PARIS)))
    assert (found.text, found.calls, found.finish.reason) == (SAID, (), "stop")
    first, second = script.asked
    assert second.tool_choice == "none"
    assert second.tools == first.tools, "what the model has read would be of no use"
    assert second.messages == (*first.messages, Message("user", ASK))


@pytest.mark.parametrize("arguments", ['{"city":"Paris"}', ' {"city" : "Paris"}'])
async def test_another_way_to_write_it_is_the_same_call(arguments: str) -> None:
    found = await answer(Script([("weather", arguments)], [SAID]), after_result(("weather", PARIS)))
    assert (found.text, found.calls) == (SAID, ())


async def test_several_calls_that_have_their_results_become_words() -> None:
    script = Script([("weather", PARIS), ("time", "{}"), ("weather", PARIS)], [SAID])
    assert (await answer(script, after_result(("weather", PARIS), ("time", "")))).text == SAID


async def test_a_new_call_is_told_and_counted_from_nought() -> None:
    script = Script([("weather", PARIS), ("weather", ROME), ("time", "{}")])
    found = await answer(script, after_result(("weather", PARIS)))
    assert [(call.name, call.arguments) for call in found.calls] == [("weather", ROME), ("time", "{}")]
    assert found.finish.reason == "tool_calls"
    assert len(script.asked) == 1


async def test_the_pieces_of_a_new_function_leave_at_once() -> None:
    told: list[Delta] = []
    async for delta in in_words(Script([("time", PARIS)]).complete, after_result(("weather", PARIS))):
        told.append(delta)
    starts = [delta.index for delta in told if isinstance(delta, CallStart | ArgumentsDelta)]
    assert starts == [0, 0, 0]


async def test_words_before_a_repeated_call_are_the_answer() -> None:
    script = Script([SAID, ("weather", PARIS)])
    found = await answer(script, after_result(("weather", PARIS)))
    assert (found.text, found.calls, found.finish.reason) == (SAID, (), "stop")
    assert len(script.asked) == 1


async def test_the_user_may_want_it_again() -> None:
    request = after_result(("weather", PARIS))
    request = replace(request, messages=(*request.messages, Message("user", "And now?")))
    found = await answer(Script([("weather", PARIS)]), request)
    assert len(found.calls) == 1


async def test_who_requires_a_call_gets_it() -> None:
    found = await answer(Script([("weather", PARIS)]), after_result(("weather", PARIS), tool_choice="required"))
    assert len(found.calls) == 1


async def test_who_forbids_calls_has_the_model_asked_for_words_at_once() -> None:
    script = Script([SAID])
    assert (await answer(script, after_result(("weather", PARIS), tool_choice="none"))).text == SAID
    assert script.asked[0].messages[-1] == Message("user", ASK)


async def test_an_answer_of_nothing_stays_one() -> None:
    found = await answer(Script([]), after_result(("weather", PARIS)))
    assert (found.text, found.calls, found.finish.reason) == ("", (), "stop")
