"""Which slot a conversation goes to."""

from hypothesis import given
from hypothesis import strategies as st

from openwaves.llm.slots import Kept, Shelf, Slot, Slots, common_prefix

HEAD = "S" * 1000


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=50))
def test_common_prefix(start: str, one: str, other: str) -> None:
    length = common_prefix(start + one, start + other)
    assert length >= len(start)
    assert (start + one)[:length] == (start + other)[:length]
    assert (start + one)[: length + 1] != (start + other)[: length + 1] or start + one == start + other


def finish(slot: Slot, prompt: str, answer: str) -> None:
    slot.text, slot.asked, slot.head, slot.busy = prompt + answer, len(prompt), len(HEAD), False


def test_conversations_of_one_head_keep_their_slots() -> None:
    slots = Slots(3)
    prompts = [HEAD + f"user {name}" for name in "abc"]
    numbers = []
    for _ in range(4):
        taken = []
        for place, prompt in enumerate(prompts):
            slot = slots.take(prompt)
            assert slot is not None
            taken.append(slot.number)
            finish(slot, prompt, " answer")
            prompts[place] = prompt + " answ. and more"  # the answer was cut short
        numbers.append(taken)
    assert numbers == [[0, 1, 2]] * 4


def test_a_new_conversation_takes_the_slot_that_was_used_least_recently() -> None:
    slots = Slots(2)
    for prompt in ("a" * 500, "b" * 500, "a" * 500 + "more"):
        slot = slots.take(prompt)
        assert slot is not None
        finish(slot, prompt, "")
    slot = slots.take("c" * 500)
    assert slot is not None
    assert slot.number == 1
    assert slots.free == 1
    assert slots.take("d") is not None
    assert slots.take("e") is None


def test_who_interrupts_an_answer_waits_for_its_own_slot() -> None:
    slots = Slots(2)
    prompt = HEAD + "user a"
    slot = slots.take(prompt)
    assert slot is not None
    slot.text, slot.asked, slot.head, slot.leaving = prompt, len(prompt), len(HEAD), True
    assert slots.take(prompt + " and more") is None
    other = slots.take("another")
    assert other is not None
    slots.give_back(slot)
    assert slots.take(prompt + " and more") is slot


def test_the_shelf_is_bounded_and_heads_stay_longest() -> None:
    shelf = Shelf(100)
    assert shelf.add(Kept("head", HEAD, 40, is_head=True)) == []
    assert shelf.add(Kept("one", HEAD + "one", 40, is_head=False)) == []
    assert shelf.add(Kept("two", HEAD + "two", 40, is_head=False)) == ["one"]
    assert shelf.add(Kept("two, later", HEAD + "two, later", 45, is_head=False)) == ["two"]
    assert shelf.n_bytes == 85
    best = shelf.best(HEAD + "two, later on")
    assert best is not None
    assert best.name == "two, later"
    assert shelf.has(HEAD)
    assert shelf.add(Kept("huge", "x", 1000, is_head=False)) == ["two, later", "huge"]
    assert shelf.has(HEAD)


def test_a_session_keeps_its_slot_whatever_is_edited() -> None:
    slots = Slots(3)
    for session in "ab":
        slot = slots.take(HEAD + "Hi", session)
        assert slot is not None
        finish(slot, HEAD + "Hi", "")
    slot = slots.take(HEAD + "Hello", "a")
    assert slot is not None
    assert slot.number == 0
    assert slots.take(HEAD + "Hello, you", "a", ahead=True) is None


def test_a_conversation_whose_last_message_was_edited_keeps_its_slot() -> None:
    slots = Slots(2)
    slot = slots.take(HEAD + "one, two, three")
    assert slot is not None
    finish(slot, HEAD + "one, two, three", "")
    slot.settled = len(HEAD + "one, two, ")
    again = slots.take(HEAD + "one, two, 3 and 4")
    assert again is slot
