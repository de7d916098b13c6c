"""The turn machine, against a client and answers that do what they like."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.s2s.events import (
    Action,
    AskedAnswer,
    AskedCancel,
    AskedTurnDrop,
    AskedTurnEnd,
    Clock,
    Closed,
    Configured,
    Counted,
    Cut,
    Event,
    Failed,
    Finished,
    Forget,
    ItemCame,
    Judge,
    Judged,
    Quiet,
    Remember,
    Said,
    Speech,
    StartAnswer,
    StopAnswer,
    Words,
    WordsKind,
)
from openwaves.s2s.told import (
    ArgumentsDelta,
    AudioDelta,
    AudioDone,
    CallDone,
    Content,
    Heard,
    Item,
    ItemAdded,
    ItemDone,
    Problem,
    ResponseCreated,
    ResponseDone,
    SpeechStarted,
    SpeechStopped,
    Usage,
    WordsDelta,
)
from openwaves.s2s.turns import HELD_S, Rules, State, item_id, response_id, step, wake_at

TOOL_WAIT_S = 30.0
KINDS: tuple[WordsKind, ...] = ("nothing", "backchannel", "echo", "speech")


def answer_of(generation: int, n_sounds: int = 3, n_calls: int = 0) -> Iterator[Content]:
    """All that one answer says: a message, then calls."""
    response, item = response_id("", generation), item_id("", generation, 0)
    if n_sounds:
        yield ItemAdded(Item(item, role="assistant", status="in_progress", is_audio=True), None)
        for number in range(n_sounds):
            yield WordsDelta(response, item, 0, f"w{number} ")
            yield AudioDelta(response, item, 0, bytes(2), 0.1)
        yield AudioDone(response, item, 0)
        yield ItemDone(Item(item, role="assistant", text="w", is_audio=True), None)
    for index in range(n_calls):
        item, call = item_id("", generation, index + 1), f"call_{generation}_{index}"
        yield ItemAdded(Item(item, "function_call", status="in_progress", call_id=call, name="f"), None)
        yield ArgumentsDelta(response, item, index + 1, call, "{}", "f")
        yield CallDone(response, item, index + 1, call, "f", "{}")
        yield ItemDone(Item(item, "function_call", call_id=call, name="f", arguments="{}"), None)


@dataclass
class World:
    """A session of which everything is checked that it tells and does."""

    rules: Rules = field(default_factory=lambda: Rules(tool_wait_s=TOOL_WAIT_S))
    n_calls: int = 0
    state: State = field(init=False)
    now: float = 0.0
    actions: list[Action] = field(default_factory=list)
    answers: dict[int, Iterator[Content]] = field(default_factory=dict)
    running: int | None = None
    response: str | None = None
    speaking: str | None = None
    added: dict[str, ItemAdded] = field(default_factory=dict)
    said: dict[int, list[Content]] = field(default_factory=dict)
    told: dict[str, list[Content]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    judge: int = 0
    is_closed: bool = False
    n_items: int = 0

    def __post_init__(self) -> None:
        self.state = State(self.rules)

    def take(self, event: Event, after_s: float = 0.0) -> list[Action]:
        self.now += after_s
        self.state, actions = step(self.state, event, self.now)
        assert not (self.is_closed and actions), "something happens after the end"
        self.is_closed |= isinstance(event, Closed)
        for action in actions:
            self.check(action)
        self.actions += actions
        assert self.state.turn is None or self.state.guess is None
        assert (self.speaking is None) == (self.state.turn is None)
        assert self.response is None or (self.state.turn is None and self.state.answer is not None)
        if self.is_closed:
            assert (self.response, self.speaking, self.running) == (None, None, None)
            assert wake_at(self.state) is None
        return list(actions)

    def check(self, action: Action) -> None:
        match action:
            case StartAnswer():
                assert self.running is None, "two answers at once"
                self.running = action.generation
                assert action.generation not in self.answers
                self.answers[action.generation] = answer_of(action.generation, n_calls=self.n_calls)
                self.said[action.generation] = []
            case StopAnswer():
                assert self.running == action.generation
                self.running = None
            case SpeechStarted():
                assert self.speaking is None
                self.speaking = action.item
            case SpeechStopped():
                assert self.speaking == action.item
                self.speaking = None
            case ResponseCreated():
                assert self.response is None
                assert action.response not in self.told
                self.response, self.told[action.response] = action.response, []
            case ResponseDone():
                assert self.response == action.response
                self.response = None
                items = {content.item.id for content in self.told[action.response] if isinstance(content, ItemAdded)}
                assert {item.id for item in action.output} == items
                assert not items & set(self.added), "an item of the response is not done"
                if action.status in {"completed", "failed", "incomplete"}:
                    self.running = None
            case ItemAdded() | ItemDone():
                self.check_item(action)
            case AudioDelta() | WordsDelta() | AudioDone() | ArgumentsDelta() | CallDone():
                assert action.response == self.response
                self.tell(action)
            case Judge():
                self.judge = action.id
            case Remember() | Heard() | Problem() | Cut():
                pass

    def check_item(self, action: ItemAdded | ItemDone) -> None:
        item = action.item
        if item.role != "user":
            assert self.response is not None
        if isinstance(action, ItemAdded):
            assert item.id not in self.added
            self.added[item.id] = action
        else:
            assert action.previous == self.added.pop(item.id).previous
        if item.role != "user" and (isinstance(action, ItemAdded) or item.status == "completed"):
            self.tell(action)

    def tell(self, content: Content) -> None:
        assert self.response is not None
        self.told[self.response].append(content)

    def say(self, generation: int) -> list[Action]:
        """An answer goes on, wanted or not; it ends when it has said everything."""
        content = next(self.answers[generation], None)
        if content is None:
            return self.take(Finished(generation, Usage(1, 2, 0)))
        self.said[generation].append(content)
        if isinstance(content, CallDone):
            self.calls.append(content.call_id)
        return self.take(Said(generation, content))

    def say_all(self) -> None:
        while self.running is not None:
            generation = self.running
            before = len(self.actions)
            self.say(generation)
            if self.state.is_held and len(self.actions) == before and self.state.answer is not None:
                kept = self.state.answer.kept
                if kept and isinstance(kept[-1], Finished):
                    return

    def output(self, call_id: str) -> list[Action]:
        self.n_items += 1
        return self.take(ItemCame(Item(f"own_{self.n_items}", "function_call_output", call_id=call_id, output="x")))

    def message(self, text: str = "hi") -> list[Action]:
        self.n_items += 1
        return self.take(ItemCame(Item(f"own_{self.n_items}", role="user", text=text)))

    def turn(self, text: str = "what time is it", probability: float = 1.0) -> None:
        """A whole turn of the user, up to its end."""
        self.take(Speech(self.now))
        self.take(Quiet(self.now + 1, text), 1.2)
        self.take(Judged(self.judge, probability), 0.05)

    def kinds(self) -> list[str]:
        return [type(action).__name__ for action in self.actions]

    def of(self, *kinds: type) -> list[Action]:
        return [action for action in self.actions if isinstance(action, kinds)]

    def done(self) -> ResponseDone:
        found = self.of(ResponseDone)[-1]
        assert isinstance(found, ResponseDone)
        return found


HAPPENINGS = (
    "speech words quiet judged judged say say say say say say all fail count clock create cancel end output message"
    " wrong greet drop again"
)
steps = st.lists(
    st.tuples(
        st.sampled_from(HAPPENINGS.split()), st.integers(0, 5), st.sampled_from([0.0, 0.05, 0.3, 1.0, 3.0, 31.0])
    ),
    max_size=60,
)


def play(world: World, kind: str, number: int, after_s: float) -> None:
    world.now += after_s
    generations = sorted(world.answers)
    generation = world.running if number < 4 or not generations else generations[number % len(generations)]
    text = ("", "yes", "stop", "and", "one two three", "what time is it")[number]
    match kind:
        case "speech":
            world.take(Speech(world.now, is_audible=number % 2 == 1))
        case "words":
            world.take(Words(text, KINDS[number % 4]))
        case "quiet":
            world.take(Quiet(world.now - 0.2, text, KINDS[number % 4]))
        case "judged":
            world.take(Judged(world.judge - number // 5, (number % 3) / 2))
        case "say" if generation is not None:
            world.say(generation)
        case "all":
            world.say_all()
        case "fail" if generation is not None:
            world.take(Failed(generation, "engine_error", "broken"))
        case "count" if generation is not None:
            world.take(Counted(generation, Usage(3, 4, 5)))
        case "clock":
            if (at := wake_at(world.state)) is not None:
                world.now = max(world.now, at)
            world.take(Clock())
        case "create":
            world.take(AskedAnswer())
        case "cancel":
            world.take(AskedCancel())
        case "again":
            world.take(AskedAnswer(again=True, is_other=number % 2 == 1))
        case "end":
            world.take(AskedTurnEnd())
        case "drop":
            world.take(AskedTurnDrop())
        case "output" if world.calls:
            world.output(world.calls[number % len(world.calls)])
        case "wrong":
            world.output("call_nope")
        case "message":
            world.message()
        case "greet":
            world.take(Configured(greets=True))


@given(steps, st.integers(0, 2), st.booleans(), st.booleans(), st.sampled_from([None, 0.2, 1.0]))
@settings(max_examples=150, deadline=None)
def test_invariants(
    script: list[tuple[str, int, float]], n_calls: int, by_client: bool, answers: bool, silence_s: float | None
) -> None:
    rules = Rules(tool_wait_s=TOOL_WAIT_S, turns_by_client=by_client, answers_turns=answers, silence_s=silence_s)
    world = World(rules, n_calls)
    for kind, number, after_s in script:
        play(world, kind, number, after_s)
    if world.state.guess is not None:
        world.take(Quiet(world.now, "", "nothing"))
    world.say_all()
    for generation, said in world.said.items():
        told = world.told.get(response_id("", generation), [])
        known = [type(content) for content in said][: len(told)]
        assert [type(content) for content in told] == known, "lost, twice, or out of order"
    completed = [action for action in world.of(ResponseDone) if isinstance(action, ResponseDone)]
    for done in completed:
        if done.status == "completed":
            generation = int(done.response.removeprefix("resp_"), 16)
            assert len(world.told[done.response]) == len(world.said[generation])
    remembered = [action.item.id for action in world.of(Remember) if isinstance(action, Remember)]
    assert len(remembered) == len(set(remembered))
    refused = [action for action in world.of(Problem) if isinstance(action, Problem) and action.param == "item.call_id"]
    assert len([name for name in remembered if name.startswith("own_")]) + len(refused) == world.n_items
    world.take(Closed())
    world.take(Closed())
    play(world, "speech", 0, 1)
    assert not world.added, "an item is not done"
    assert len(world.of(ResponseCreated)) == len(world.of(ResponseDone))


def test_a_turn_is_answered_in_the_order_of_the_contract() -> None:
    world = World()
    world.turn()
    world.say_all()
    told = [name for name in world.kinds() if name not in {"StartAnswer", "Judge", "Remember", "Heard", "WordsDelta"}]
    assert told == [
        *("SpeechStarted", "ItemAdded", "SpeechStopped", "ItemDone", "ResponseCreated", "ItemAdded"),
        *["AudioDelta"] * 3,
        *("AudioDone", "ItemDone", "ResponseDone"),
    ]


def test_the_answer_begins_before_the_turn_is_decided() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(1.5, "what time is it"), 1.7)
    assert world.running is not None
    world.say(world.running)
    world.say(world.running)
    assert world.response is None
    world.take(Judged(world.judge, 0.9))
    assert [type(content) for content in world.told[world.response or ""]] == [ItemAdded, WordsDelta]


def test_who_goes_on_speaking_is_answered_once_to_all_of_it() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(1.5, "I would like"), 1.7)
    world.take(Judged(world.judge, 0.1), 0.05)
    world.take(Speech(2.1), 0.4)
    assert world.running is None
    world.take(Quiet(3.0, "a table for two"), 1.0)
    world.take(Judged(world.judge, 0.9), 0.05)
    started = [action.said for action in world.of(StartAnswer) if isinstance(action, StartAnswer)]
    assert started == ["I would like", "I would like a table for two"]
    assert len(world.of(ResponseCreated)) == 1


def test_an_unfinished_turn_ends_by_the_clock() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(1.5, "I would like a"), 1.7)
    world.take(Judged(world.judge, 0.2), 0.05)
    assert world.speaking
    at = wake_at(world.state)
    assert at is not None
    world.take(Clock(), at - world.now - 0.01)
    assert world.speaking
    world.take(Clock(), 0.02)
    assert not world.speaking
    assert world.response


def test_noise_makes_no_answer() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(0.9, ""), 0.6)
    done = world.of(ItemDone)[-1]
    assert isinstance(done, ItemDone)
    assert done.item.status == "incomplete"
    assert not world.of(StartAnswer)


def answering() -> World:
    """A world in which an answer has begun to sound."""
    world = World()
    world.turn()
    assert world.running is not None
    for _ in range(3):
        world.say(world.running)
    world.actions.clear()
    return world


def test_a_backchannel_is_no_turn_and_loses_nothing() -> None:
    world = answering()
    generation = world.running
    assert generation is not None
    world.take(Speech(5.0, is_audible=True))
    for _ in range(2):
        world.say(generation)
    assert world.actions == []
    world.take(Words("Mm-hmm.", "backchannel"), 0.3)
    world.take(Quiet(5.4, "Mm-hmm.", "backchannel"), 0.3)
    assert world.kinds() == ["WordsDelta", "AudioDelta"]
    world.say_all()
    assert world.done().status == "completed"
    assert not world.of(SpeechStarted)


def test_an_echo_holds_nothing_back() -> None:
    world = answering()
    world.take(Speech(5.0, is_audible=True))
    world.take(Words("w0 w1", "echo"), 0.3)
    world.say_all()
    assert world.done().status == "completed"


def test_what_is_not_understood_is_held_back_for_a_moment_only() -> None:
    world = answering()
    world.take(Speech(5.0, is_audible=True))
    assert world.running is not None
    world.say(world.running)
    assert world.actions == []
    world.take(Clock(), HELD_S + 0.01)
    assert world.kinds() == ["WordsDelta"]


def test_barge_in() -> None:
    world = answering()
    generation = world.running
    assert generation is not None
    world.take(Speech(5.0, is_audible=True))
    world.say(generation)
    world.take(Words("stop please", "speech"), 0.3)
    assert world.kinds()[:6] == ["Cut", "SpeechStarted", "StopAnswer", "ItemDone", "ResponseDone", "ItemAdded"]
    done = world.done()
    assert (done.status, done.reason) == ("cancelled", "interrupted")
    assert done.output[0].status == "incomplete"
    assert done.output[0].text == "w0 "
    world.say(generation)
    assert world.kinds()[-1] == "Heard"
    world.take(Quiet(6.0, "stop please"), 1.0)
    world.take(Judged(world.judge, 1.0))
    world.say_all()
    assert world.done().status == "completed"


def test_speech_after_the_last_sound_was_sent_cuts_what_still_plays() -> None:
    world = answering()
    world.say_all()
    world.actions.clear()
    world.take(Speech(9.0, is_audible=True))
    assert world.actions == []
    world.take(Words("and tomorrow", "speech"), 0.3)
    assert world.kinds() == ["Cut", "SpeechStarted", "ItemAdded", "Heard"]


def test_cancel() -> None:
    world = answering()
    world.take(AskedCancel())
    assert world.done().reason == "client_cancelled"
    world.actions.clear()
    world.take(AskedCancel())
    assert world.actions == []


def test_a_cancelled_wish_is_forgotten() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(AskedAnswer(again=True))
    world.take(AskedCancel())
    world.take(AskedTurnDrop())
    assert not world.of(StartAnswer)


def test_an_answer_that_is_wanted_otherwise_begins_again() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(1.0, "hello there"))
    [begun] = world.of(StartAnswer)
    assert isinstance(begun, StartAnswer)
    world.take(AskedAnswer(again=True, is_other=True))
    assert StopAnswer(begun.generation) in world.actions
    world.take(AskedTurnEnd())
    assert len(world.of(StartAnswer)) == 2
    assert len(world.of(ResponseCreated)) == 1
    assert not world.state.wants


def test_asking_again_and_again_makes_one_answer() -> None:
    world = World()
    world.message()
    for _ in range(4):
        world.take(AskedAnswer())
    world.say_all()
    world.take(AskedAnswer())
    assert len(world.of(ResponseCreated)) == 1


def test_an_item_during_an_answer_and_a_wish_make_one_more() -> None:
    world = answering()
    world.message()
    world.take(AskedAnswer())
    world.take(AskedAnswer())
    assert not world.of(ResponseCreated)
    world.say_all()
    assert len(world.of(ResponseCreated)) == 1
    assert len(world.of(ResponseDone)) == 2


def calling(n_calls: int = 2) -> World:
    """A world in which an answer has called functions and waits for their results."""
    world = World(n_calls=n_calls)
    world.turn("what is the weather")
    world.say_all()
    world.n_calls = 0
    world.actions.clear()
    return world


def test_a_wish_after_each_output_makes_one_answer() -> None:
    world = calling()
    world.output(world.calls[0])
    world.take(AskedAnswer())
    assert not world.of(ResponseCreated)
    world.output(world.calls[1])
    world.take(AskedAnswer())
    world.say_all()
    assert len(world.of(ResponseCreated)) == 1
    assert wake_at(world.state) is None


def test_outputs_may_come_before_the_response_is_done() -> None:
    world = World(n_calls=1)
    world.turn("what is the weather")
    assert world.running is not None
    while not world.calls:
        world.say(world.running)
    world.output(world.calls[0])
    world.take(AskedAnswer())
    world.n_calls = 0
    world.say_all()
    assert len(world.of(ResponseCreated)) == 2


def test_a_tool_that_does_not_answer() -> None:
    world = calling(1)
    world.take(Clock(), TOOL_WAIT_S + 0.1)
    assert world.of(Forget) == [Forget(frozenset(world.calls))]
    problem = world.of(Problem)[0]
    assert isinstance(problem, Problem)
    assert problem.code == "tool_response_timeout"
    world.actions.clear()
    world.output(world.calls[0])
    assert world.kinds() == ["Remember"]
    world.turn()
    world.say_all()
    assert world.done().status == "completed"


def test_speech_while_a_tool_runs_is_a_normal_turn() -> None:
    world = calling(1)
    world.turn("thank you")
    world.say_all()
    assert world.done().status == "completed"
    world.actions.clear()
    world.output(world.calls[0])
    world.take(Clock(), TOOL_WAIT_S + 1)
    assert world.kinds() == ["Remember"]


def test_a_result_is_counted_once() -> None:
    world = calling(1)
    world.output(world.calls[0])
    world.output(world.calls[0])
    world.output("call_nope")
    problems = [action.message for action in world.of(Problem) if isinstance(action, Problem)]
    assert problems == [
        f"item.call_id: {world.calls[0]!r} already has its output",
        "item.call_id: 'call_nope' is no function call of this session",
    ]


def test_a_failure_ends_the_response_first() -> None:
    world = answering()
    assert world.running is not None
    world.take(Failed(world.running, "upstream_error", "cannot be reached"))
    assert world.kinds() == ["ItemDone", "ResponseDone", "Problem"]
    assert world.done().status == "failed"


def test_sound_that_came_in_a_burst_is_several_turns() -> None:
    world = World()
    world.take(Speech(0.5))
    world.take(Quiet(1.5, "hello there"), 0.01)
    world.take(Speech(5.0), 0.01)
    assert len(world.of(SpeechStopped)) == 1
    assert world.state.guess is not None
    world.take(Words("how are you", "speech"), 0.01)
    assert world.done().reason == "interrupted"
