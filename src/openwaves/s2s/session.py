"""One talk: sound goes in, what the client is told comes out. Performs what ``turns`` decides."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from openwaves.audio.live_decode import LiveDecoder
from openwaves.llm.chat import Message as ChatMessage
from openwaves.s2s.answer import Answering
from openwaves.s2s.events import (
    Action,
    AskedAnswer,
    AskedCancel,
    AskedTurnDrop,
    AskedTurnEnd,
    Clock,
    Closed,
    Configured,
    Cut,
    Event,
    Failed,
    Forget,
    ItemCame,
    Judge,
    Judged,
    Remember,
    StartAnswer,
    StopAnswer,
    Words,
)
from openwaves.s2s.hearings import Hearings, PartEnd
from openwaves.s2s.history import History
from openwaves.s2s.options import Parts, TalkOptions
from openwaves.s2s.patience import QUIET_S
from openwaves.s2s.playback import Playback
from openwaves.s2s.sound import Sound, pcm
from openwaves.s2s.told import AudioDelta, Item, Output, ResponseCreated, ResponseDone
from openwaves.s2s.tracing import Tracer
from openwaves.s2s.turns import Rules, State, step, wake_at
from openwaves.s2s.user import User
from openwaves.stt.messages import Message

log = logging.getLogger(__name__)

LEAD_S = 20.0
"""Sound that may be at the client and not be heard yet."""
LEAD_STEP_S = 0.05
LONG_BYTES = 1 << 16
"""More sound than this at once is decoded off the event loop."""


class Talk:
    """One client who talks. Used from one event loop; ``outputs`` does the work until it is left.

    Attributes:
        name: Part of the ids of its items.
        history: What was said.
        heard_s: Seconds of sound that came in.
    """

    def __init__(self, parts: Parts, options: TalkOptions, rules: Rules | None = None) -> None:
        """Begin; nothing is loaded or heard yet.

        Args:
            parts: What all talks share.
            options: What the client wants; ``update`` changes them.
            rules: How turns are taken; its name is filled in.
        """
        self.name = secrets.token_hex(4)
        self._session = secrets.token_hex(16)
        self.history = History()
        self._parts = parts
        self._options = options
        self._state = State(replace(rules or Rules(), name=self.name))
        self._began = time.monotonic()
        self._sound = Sound()
        self._decoder = LiveDecoder(options.input_encoding, options.input_rate)
        self._hearing = Hearings(parts.room, options)
        self._out: asyncio.Queue[Output | BaseException | None] = asyncio.Queue()
        self._playback = Playback(self._sound, self.history)
        self._tracer = Tracer(self._sound, self._out.put_nowait)
        self._user = User(self.history, self._playback, self._tracer)
        self._answering: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._once: TalkOptions | None = None
        self._turn_ended: asyncio.Future[bool] | None = None

    # --- what goes in

    @property
    def options(self) -> TalkOptions:
        """What the client wants."""
        return self._options

    @property
    def heard_s(self) -> float:
        """See the class."""
        return self._sound.end_s

    @property
    def last_item(self) -> str | None:
        """Id of the newest item of the conversation."""
        return self._state.last_item

    def awaits(self, call_id: str) -> bool:
        """Whether there is such a call, and no result of it."""
        return call_id in self._state.called

    @property
    def is_asked(self) -> bool:
        """Whether the client asked for an answer that has not begun."""
        return self._state.wants

    @property
    def is_busy(self) -> bool:
        """Whether somebody speaks, or an answer or the result of a call is awaited."""
        return self._state.is_busy

    def start(self, *, greets: bool = False) -> None:
        """The session is set up; the model reads the instructions ahead. ``greets``: the assistant speaks first."""
        if not greets:
            self._spawn(self._prime())
        self.take(Configured(greets))

    def update(self, options: TalkOptions) -> None:
        """Other options: of answers from the next one on, of what comes in at once; it may drop a turn that is open."""
        before, self._options = self._options, options
        is_other = (options.system, options.tools) != (before.system, before.tools)
        if (options.input_encoding, options.input_rate) != (before.input_encoding, before.input_rate):
            self._decoder = LiveDecoder(options.input_encoding, options.input_rate)
        if (options.languages, options.threshold) != (before.languages, before.threshold):
            self._hearing.part(options, drops=True)
        if is_other:
            self._spawn(self._prime())

    def set_rules(self, rules: Rules) -> None:
        """Other rules for taking turns."""
        self._state = replace(self._state, rules=replace(rules, name=self.name))

    async def feed(self, data: bytes) -> None:
        """Take sound as the options say. Waits while too much of it is kept."""
        if len(data) > LONG_BYTES:
            samples = await asyncio.to_thread(self._decoder.feed, data)
        else:
            samples = self._decoder.feed(data)
        samples = await self._playback.without_echo(samples)
        self._sound.add(samples, time.monotonic())
        await self._hearing.feed(pcm(samples))

    def add(self, item: Item, event_id: str = "") -> None:
        """Add the client's item: a message, or the result of a call."""
        self.take(ItemCame(item, event_id))

    def answer(self, options: TalkOptions | None = None, *, again: bool = False) -> None:
        """Answer now, or as soon as it can be.

        Args:
            options: For this answer alone.
            again: Even if nothing came since the last one.
        """
        is_other, self._once = options is not self._once, options
        self.take(AskedAnswer(again, is_other))

    def cancel(self) -> None:
        """Stop the running answer; one that was asked for and has not begun is not wanted any more."""
        self._once = None
        self.take(AskedCancel())

    async def end_turn(self) -> bool:
        """The user has finished; returns once everything so far was heard: whether there was a turn."""
        self._turn_ended = asyncio.get_running_loop().create_future()
        self._hearing.part(self._options, drops=False)
        return await self._turn_ended

    def drop_turn(self) -> None:
        """What was said since the last turn is taken back."""
        self._hearing.part(self._options, drops=True)

    def truncate(self, item_id: str, heard_s: float) -> None:
        """Of an answer only so much was heard."""
        self.history.cut(heard_s, item_id)

    def tell(self, output: Output) -> None:
        """Tell the client something, in its order among everything else."""
        self._out.put_nowait(output)

    def close(self) -> None:
        """End the talk; what is still to be told is told."""
        self.take(Closed())
        self._out.put_nowait(None)

    # --- what comes out

    async def outputs(self) -> AsyncGenerator[Output]:
        """Everything that the client is to be told, until ``close``.

        Raises:
            EngineError: A network that hears failed.
            ModelFileError: A file cannot be fetched.
            OverloadedError: Too much waits for a worker, for seconds.
        """
        self._spawn(self._listen())
        try:
            while (output := await self._out.get()) is not None:
                if isinstance(output, BaseException):
                    raise output
                yield output
        finally:
            self.take(Closed())
            if self._timer is not None:
                self._timer.cancel()
            self._tracer.close()
            if self._turn_ended is not None:
                self._turn_ended.cancel()
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- the machine

    def take(self, event: Event) -> None:
        """Let the machine decide, and do what it says."""
        self._state, actions = step(self._state, event, self._now())
        for action in actions:
            self._perform(action)
        self._changed.set()
        self._changed.clear()
        self._set_timer()

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = wake_at(self._state)
        self._timer = None
        if at is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, at - self._now()) + 0.001, self.take, Clock())

    def _perform(self, action: Action) -> None:
        match action:
            case StartAnswer():
                options = self._once or self._options
                messages = self.history.messages(options.system, action.said)
                self._tracer.begin(is_spoken=action.said is not None)
                self._answering = self._spawn(self._answer(action.generation, messages, options))
            case StopAnswer():
                if self._answering is not None:
                    self._answering.cancel()
            case Judge():
                self._spawn(self._judge(action.id))
            case Remember():
                self.history.remember(action.item)
            case Forget():
                self.history.forget_turn(action.calls)
            case Cut():
                self._tracer.cut(self._playback.cut())
            case _:
                self._told(action)

    def _told(self, output: Output) -> None:
        """The client is told something."""
        self.history.see(output)
        if isinstance(output, AudioDelta):
            self._playback.send(output, self._options.speech.sample_rate)
            self._tracer.sounded(output.duration_s)
        self._out.put_nowait(output)
        if isinstance(output, ResponseCreated):
            self._once = None
            self._tracer.decided(output.response)
        elif isinstance(output, ResponseDone):
            self._tracer.done(output, self._playback.lead_s)

    # --- listening

    async def _listen(self) -> None:
        """Hand on what is heard."""
        try:
            async with aclosing(self._hearing.messages()) as messages:
                async for message, begin_s in messages:
                    if isinstance(message, PartEnd):
                        self._part_ended(message)
                    else:
                        self._take_heard(message, begin_s)
        except Exception as error:  # noqa: BLE001 - raised again by whoever reads the outputs
            self._out.put_nowait(error)

    def _part_ended(self, end: PartEnd) -> None:
        words = self._user.part_ended(self._options.languages[0])
        if words is not None and not end.dropped:
            self.take(words)
        had_turn = self._state.turn is not None
        self.take(AskedTurnDrop() if end.dropped else AskedTurnEnd())
        if not end.dropped and self._turn_ended is not None and not self._turn_ended.done():
            self._turn_ended.set_result(had_turn)

    def _take_heard(self, message: Message, begin_s: float) -> None:
        """One message of a hearing that began at ``begin_s``."""
        goes_on = self._state.answer is not None
        event = self._user.heard(message, begin_s, self._options.languages[0], goes_on)
        if event is None:
            return
        self.take(event)
        if isinstance(event, Words) and (said := self._user.to_read(self._state.turn)):
            self._spawn(self._prime(said))

    async def _judge(self, judge_id: int) -> None:
        """Ask the detector whether the user has finished."""
        probability = await self._hearing.finished(self._sound.last(self._user.quiet_s, QUIET_S))
        self._tracer.judged(probability)
        self.take(Judged(judge_id, probability))

    # --- answering

    async def _answer(self, generation: int, messages: tuple[ChatMessage, ...], options: TalkOptions) -> None:
        answering = Answering(
            self._parts, options, self.name, generation, self.take, partial(self._gate, generation), self._tracer.mark
        )
        try:
            await answering.run(options.request(messages, self._parts.chat, self._session))
        except Exception:
            log.exception("an answer failed")
            self.take(Failed(generation, "internal_error", "the server failed; its log tells why"))

    async def _gate(self, generation: int) -> None:
        """Wait while no more sound of an answer may be told."""
        while True:
            answer = self._state.answer
            is_open = answer is not None and answer.generation == generation and not self._state.is_held
            if is_open and self._playback.lead_s < LEAD_S:
                return
            if is_open:
                await asyncio.sleep(LEAD_STEP_S)
            else:
                await self._changed.wait()

    async def _prime(self, said: str | None = None) -> None:
        """Let the model read ahead: the conversation so far, and what the user has said of a turn."""
        messages = self.history.messages(self._options.system, said)
        chat = self._parts.chat
        await chat.prime(self._options.request(messages, chat, self._session, prompts=False))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
