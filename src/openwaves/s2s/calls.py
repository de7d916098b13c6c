"""The calls of functions in one answer, as they are told."""

from collections.abc import Callable

from openwaves.llm.chat import CallStart, ToolCall
from openwaves.s2s.told import ArgumentsDelta, CallDone, Content, Item, ItemAdded, ItemDone


class Calls:
    """Tells the calls of one answer."""

    def __init__(
        self,
        response: str,
        new_item: Callable[[], tuple[int, str]],
        say: Callable[[Content], None],
    ) -> None:
        """Nothing is called yet.

        Args:
            response: Id of the answer.
            new_item: Gives the place and the id of the answer's next item.
            say: Tells the client.
        """
        self._response = response
        self._new_item = new_item
        self._say = say
        self._start: CallStart | None = None
        self._arguments = ""
        self._n_told = 0
        self._index, self._item = 0, ""

    def begin(self, start: CallStart) -> None:
        """The model calls a function."""
        self.end()
        self._start, self._arguments, self._n_told, self._item = start, "", 0, ""

    def add(self, text: str) -> None:
        """More of its arguments."""
        if self._start is None:
            return
        self._arguments += text
        self._tell()

    def end(self) -> None:
        """The running call is complete, if there is one."""
        start = self._start
        if start is None:
            return
        self._arguments = self._arguments or "{}"
        self._tell()
        self._start = None
        call = ToolCall(start.id, start.name, self._arguments)
        self._say(CallDone(self._response, self._item, self._index, call.id, call.name, call.arguments))
        done = Item(self._item, "function_call", "", call_id=call.id, name=call.name, arguments=call.arguments)
        self._say(ItemDone(done, None))

    def _tell(self) -> None:
        """What was not told of the running call."""
        start, text = self._start, self._arguments[self._n_told :]
        if start is None or not text:
            return
        if not self._item:
            self._index, self._item = self._new_item()
            item = Item(self._item, "function_call", "", "in_progress", call_id=start.id, name=start.name)
            self._say(ItemAdded(item, None))
        name = "" if self._n_told else start.name
        self._n_told = len(self._arguments)
        self._say(ArgumentsDelta(self._response, self._item, self._index, start.id, text, name))
