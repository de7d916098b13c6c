"""What is remembered of a talk."""

from openwaves.s2s.history import CUT_MARK, MOST_CHARS, NO_RESULT, History
from openwaves.s2s.told import AudioDelta, Item, ItemAdded, ItemDone, WordsDelta


def answer(history: History, text: str, item: str = "a", word_s: float = 0.5, *, is_done: bool = True) -> None:
    """An answer is told, each word with half a second of sound."""
    history.see(ItemAdded(Item(item, role="assistant", status="in_progress", is_audio=True), None))
    for word in text.split(" "):
        history.see(WordsDelta("r", item, 0, word + " "))
        history.see(AudioDelta("r", item, 0, b"", word_s))
    if is_done:
        history.see(ItemDone(Item(item, role="assistant", text=text, is_audio=True), None))


def said(history: History, text: str, item: str = "u") -> None:
    history.remember(Item(item, role="user", text=text, is_audio=True))


def contents(history: History) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in history.messages("")]


def test_what_was_said_and_answered() -> None:
    history = History()
    said(history, "Hello.")
    answer(history, "Good morning.")
    assert [(message.role, message.content) for message in history.messages("Be kind.", "And you?")] == [
        ("system", "Be kind."),
        ("user", "Hello."),
        ("assistant", "Good morning. "),
        ("user", "And you?"),
    ]


def test_of_a_cut_answer_only_what_was_heard_stays() -> None:
    history = History()
    said(history, "Hello.")
    answer(history, "one two three four five", is_done=False)
    assert history.spoken_s == 2.5
    history.cut(1.2)
    assert contents(history)[-1] == ("assistant", "one two three" + CUT_MARK)


def test_what_was_heard_to_its_end_is_not_cut() -> None:
    history = History()
    answer(history, "one two")
    history.cut(1.0)
    assert contents(history) == [("assistant", "one two ")]


def test_an_answer_of_which_nothing_was_heard_is_forgotten() -> None:
    history = History()
    said(history, "Hello.")
    answer(history, "one two", is_done=False)
    history.cut(0.0)
    assert contents(history) == [("user", "Hello.")]


def test_a_client_may_say_what_was_heard() -> None:
    history = History()
    answer(history, "one two three", "a")
    answer(history, "four five six", "b")
    history.cut(0.6, "a")
    assert [item.text for item in history.items()] == ["one two" + CUT_MARK, "four five six "]


def test_calls_have_results_in_any_case() -> None:
    history = History()
    said(history, "Weather?")
    answer(history, "One moment.")
    for name in ("c1", "c2"):
        history.see(ItemAdded(Item(name, "function_call", status="in_progress", call_id=name, name="f"), None))
        history.see(ItemDone(Item(name, "function_call", call_id=name, name="f", arguments="{}"), None))
    said(history, "Hello?", "u2")
    history.remember(Item("o", "function_call_output", call_id="c2", output="sunny"))
    messages = history.messages("")
    assert [message.role for message in messages] == ["user", "assistant", "tool", "tool", "user"]
    assert messages[1].content == "One moment. "
    assert [call.id for call in messages[1].tool_calls] == ["c1", "c2"]
    assert [message.content for message in messages[2:4]] == [NO_RESULT, "sunny"]


def test_a_long_talk_is_bounded() -> None:
    history = History()
    for number in range(200):
        said(history, f"Question {number}? " * 10, f"u{number}")
        answer(history, f"Answer {number}.", f"a{number}")
        assert sum(len(text) for _, text in contents(history)) <= MOST_CHARS + 200
        assert contents(history)[0][0] == "user"
    assert contents(history)[-1] == ("assistant", "Answer 199. ")


def test_what_sounds_just_now() -> None:
    history = History()
    answer(history, "one two three four five six")
    assert history.sounding(1.6, 1.0).split() == ["three", "four", "five"]


def test_a_turn_whose_call_got_no_result_is_forgotten() -> None:
    history = History()
    said(history, "Hello.", "u1")
    answer(history, "Good morning.", "a1")
    said(history, "The weather?", "u2")
    answer(history, "One moment.", "a2")
    for number in "12":
        call = Item(f"f{number}", "function_call", "", call_id=f"c{number}", name="get_weather", arguments="{}")
        history.see(ItemAdded(call, None))
    history.remember(Item("o1", "function_call_output", "", call_id="c1", output="rain"))
    history.remember(Item("s", role="system", text="It is late."))
    history.forget_turn({"c2"})
    assert contents(history) == [("user", "Hello."), ("assistant", "Good morning. "), ("system", "It is late.")]
    history.forget_turn({"c2"})
    assert len(contents(history)) == 3
