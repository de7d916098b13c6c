"""``/v1/realtime``: OpenAI's Realtime protocol (GA events) over the session that speech to speech has."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket

from openwaves.api import talk_events
from openwaves.api.access import find_caller, socket_caller
from openwaves.api.errors import error_response
from openwaves.api.openai.realtime_frames import Teller, error_frame, frame, told_item
from openwaves.api.openai.realtime_session import (
    MODELS,
    AnswerFields,
    NamedTool,
    RealtimeSession,
    ResponseFields,
    check_model,
    check_transcription,
)
from openwaves.api.speech import with_own
from openwaves.api.state import State, state_of
from openwaves.api.talk_events import EventError, JsonObject
from openwaves.api.talk_line import Frame, TalkLine, talk_parts
from openwaves.errors import AccessError, FieldError, OpenWavesError, VoiceNotFoundError
from openwaves.s2s.options import Parts, TalkOptions
from openwaves.s2s.session import Talk
from openwaves.s2s.told import Item, ItemAdded, ItemDone, Output, ResponseCreated, ResponseDone
from openwaves.storage.accounts import Caller
from openwaves.stt.languages import candidates
from openwaves.types import SpeechRequest

PROTOCOL, KEY_PROTOCOL = "realtime", "openai-insecure-api-key."
"""Subprotocols: browsers cannot send a header with a key."""
TOOL_WAIT_S = 600.0
"""Results of calls may take so long, if another answer is asked for before they came."""


async def realtime(websocket: WebSocket) -> None:
    """``/v1/realtime``. A refusal is an HTTP answer to the handshake, but for ``server_full``."""
    state = state_of(websocket)
    offered = websocket.scope.get("subprotocols", [])
    try:
        caller = _caller(websocket, state, offered)
        parts = talk_parts(state)
        model = websocket.query_params.get("model", MODELS[0])
        check_model(model, parts.chat.names, "model")
        await state.limits.begin(caller.account)
        async with state.limits.socket(caller.account):
            await websocket.accept(PROTOCOL if PROTOCOL in offered else None)
            await RealtimeSocket(websocket, state, caller, parts, model).run()
    except OpenWavesError as error:
        await websocket.send_denial_response(error_response(error, websocket.scope))


def _caller(websocket: WebSocket, state: State, offered: list[str]) -> Caller:
    for name in offered:
        if name.startswith(KEY_PROTOCOL):
            caller = find_caller(state.store, name.removeprefix(KEY_PROTOCOL), str(websocket.scope["path"]))
            if caller is None:
                raise AccessError("the key in the subprotocol is not valid")
            return caller
    return socket_caller(websocket)


class RealtimeSocket(TalkLine):
    """One accepted socket."""

    def __init__(self, websocket: WebSocket, state: State, caller: Caller, parts: Parts, model: str) -> None:
        super().__init__(websocket, state, caller, parts, model)
        self._id = self.session_id = f"sess_{secrets.token_hex(10)}"
        self._teller = Teller(RealtimeSession(model=model), self._id)

    async def greet(self) -> None:
        """See ``TalkLine``."""
        session = self._teller.session
        talk = Talk(self.parts, await self._options(session), replace(session.rules, tool_wait_s=TOOL_WAIT_S))
        await self.send(frame("session.created", session=session.told(self._id)))
        self.begin(talk)
        talk.start()

    def frames(self, output: Output) -> Iterable[Frame]:
        """See ``TalkLine``."""
        return self._teller.frames(output)

    def error(self, code: str, message: str, param: str = "", event_id: str = "") -> Frame:
        """See ``TalkLine``."""
        return error_frame(code, message, param, event_id)

    async def handle(self, event: JsonObject) -> None:
        """See ``TalkLine``."""
        talk = self.talk
        assert talk is not None  # noqa: S101 - since the greeting
        match event["type"]:
            case "input_audio_buffer.append":
                await self.feed(talk, talk_events.audio_bytes(event))
            case "input_audio_buffer.commit":
                await self._commit(talk)
            case "input_audio_buffer.clear":
                talk.drop_turn()
                await self.send(frame("input_audio_buffer.cleared"))
            case "session.update":
                await self._update(talk, event)
            case "response.create":
                await self._answer(talk, event)
            case "response.cancel":
                self._cancel(talk, event)
            case str(kind) if kind.startswith("conversation.item."):
                await self._item(talk, kind.removeprefix("conversation.item."), event)
            case kind:
                raise EventError("invalid_value", f"type: {kind!r} is not an event of a client", "type")

    # --- the session

    async def _update(self, talk: Talk, event: JsonObject) -> None:
        fields = event.get("session")
        if not isinstance(fields, dict):
            raise EventError("missing_required_parameter", "session: must be an object", "session")
        before = self._teller.session
        session = before.changed(fields)
        try:
            check_model(session.model, self.parts.chat.names, "session.model")
        except FieldError as error:
            raise EventError("invalid_value", error.message, error.field) from error
        options = await self._options(session)
        self._teller.session = session
        if session.rules != before.rules:
            talk.set_rules(replace(session.rules, tool_wait_s=TOOL_WAIT_S))
        talk.update(options)
        await self.send(frame("session.updated", session=session.told(self._id)))

    async def _options(self, session: RealtimeSession) -> TalkOptions:
        """What the talk is to be like.

        Raises:
            EventError: Something cannot be served here.
        """
        heard, spoken = session.audio.input, session.audio.output
        check_transcription(heard.transcription)
        languages: tuple[str, ...] = ("en",)
        if heard.transcription is not None and heard.transcription.language:
            param = "session.audio.input.transcription.language"
            try:
                languages = candidates(heard.transcription.language, param, self.parts.room.hearing.languages)
            except FieldError as error:
                raise EventError("invalid_value", error.message, param) from error
        language = languages[0] if len(languages) == 1 else "auto"
        speech = SpeechRequest("", spoken.voice_id, language, speed=spoken.speed, sample_rate=spoken.format.hz)
        speech = await self._with_voice(speech, spoken.voice, "session.audio.output.voice")
        chat = self.parts.chat.names
        options = TalkOptions(
            speech,
            languages=languages,
            input_rate=heard.format.hz,
            input_encoding=heard.format.encoding,
            threshold=getattr(heard.turn_detection, "threshold", 0.5),
            model=session.model if session.model in chat else "",
        )
        return self._answering(options, session, "session")

    async def _with_voice(self, speech: SpeechRequest, name: str, param: str) -> SpeechRequest:
        try:
            speech = await with_own(self.state, self.caller, speech)
            self.parts.synthesizer.voice(speech)
        except (VoiceNotFoundError, FieldError) as error:
            raise EventError("invalid_value", f"{param}: {name!r}: {error.message}", param) from error
        return speech

    def _answering(self, options: TalkOptions, fields: AnswerFields, where: str) -> TalkOptions:
        """The options with what is set for answers."""
        choice, tools = fields.tool_choice, fields.functions(f"{where}.tools")
        if isinstance(choice, NamedTool) and choice.name not in {tool.name for tool in tools}:
            param = f"{where}.tool_choice.name"
            raise EventError("invalid_value", f"{param}: {choice.name!r} is not one of the tools", param)
        most = self.state.settings.talk_max_tokens if fields.max_output_tokens == "inf" else fields.max_output_tokens
        must = "required" if isinstance(choice, NamedTool) or (choice == "required" and tools) else choice
        return replace(
            options,
            instructions=fields.instructions,
            tools=tools,
            tool_choice=must if tools else "auto",
            tool_name=choice.name if isinstance(choice, NamedTool) else None,
            parallel_calls=fields.parallel_tool_calls,
            max_tokens=most,
            is_spoken=fields.output_modalities == ["audio"],
        )

    # --- turns and answers

    async def _commit(self, talk: Talk) -> None:
        if not await talk.end_turn():
            message = "no speech was heard since the last turn; nothing is committed"
            raise EventError("input_audio_buffer_commit_empty", message)

    async def _answer(self, talk: Talk, event: JsonObject) -> None:
        if self._teller.response:
            message = f"the response {self._teller.response} is still going on; cancel it, or wait for its end"
            raise EventError("conversation_already_has_active_response", message)
        given = event.get("response")
        if given is not None and not isinstance(given, dict):
            raise EventError("invalid_value", "response: must be an object", "response")
        once = await self._once(talk, given) if given else None
        if once is None:
            self._teller.metadata = None
        talk.answer(once, again=True)

    async def _once(self, talk: Talk, given: dict[str, Any]) -> TalkOptions:
        """Options of one answer: the session's, and what is given."""
        fields = ResponseFields.of(given)
        session = self._teller.session
        if fields.output_modalities != session.output_modalities and "output_modalities" in given:
            param = "response.output_modalities"
            raise EventError("invalid_value", f"{param}: must be the session's; update the session first", param)
        shared = {name: getattr(session, name) for name in AnswerFields.model_fields if name not in given}
        options = self._answering(talk.options, fields.model_copy(update=shared), "response")
        if voice := fields.audio.output.voice:
            output = session.audio.output.model_copy(update={"voice": voice})
            speech = replace(options.speech, voice_id=output.voice_id, clone=None)
            speech = await self._with_voice(speech, voice, "response.audio.output.voice")
            options = replace(options, speech=speech)
        self._teller.metadata = fields.metadata
        return options

    def _cancel(self, talk: Talk, event: JsonObject) -> None:
        """Stop an answer; one that has not begun is told as begun and cancelled."""
        wanted = event.get("response_id")
        if not self._teller.response and talk.is_asked and wanted is None:
            talk.cancel()
            response = f"resp_{secrets.token_hex(10)}"
            talk.tell(ResponseCreated(response))
            talk.tell(ResponseDone(response, "cancelled", "client_cancelled"))
            return
        if not self._teller.response or wanted not in {None, self._teller.response}:
            raise EventError("response_cancel_not_active", "there is no such response going on", "response_id")
        talk.cancel()

    # --- items

    async def _item(self, talk: Talk, what: str, event: JsonObject) -> None:
        if what == "create":
            self._create(talk, event)
            return
        item_id = event.get("item_id")
        item = next((item for item in talk.history.items() if item.id == item_id), None)
        if what not in {"retrieve", "delete", "truncate"}:
            raise EventError("invalid_value", f"type: {event['type']!r} is not an event of a client", "type")
        if item is None:
            raise EventError("item_not_found", f"item_id: there is no item {item_id!r}", "item_id")
        if what == "retrieve":
            await self.send(frame("conversation.item.retrieved", item=told_item(item)))
        elif what == "delete":
            talk.history.drop(item.id)
            await self.send(frame("conversation.item.deleted", item_id=item.id))
        else:
            await self._truncate(talk, item, event)

    async def _truncate(self, talk: Talk, item: Item, event: JsonObject) -> None:
        end_ms, audio_s = event.get("audio_end_ms"), talk.history.audio_s(item.id)
        if audio_s is None:
            raise EventError("invalid_value", "item_id: only sound of an answer can be truncated", "item_id")
        if event.get("content_index", 0) != 0:
            raise EventError("invalid_value", "content_index: an answer has one part, 0", "content_index")
        if isinstance(end_ms, bool) or not isinstance(end_ms, int) or not 0 <= end_ms <= 1000 * audio_s + 1:
            problem = f"audio_end_ms: must be a whole number from 0 to {1000 * audio_s:.0f}, not {end_ms!r}"
            raise EventError("invalid_value", problem, "audio_end_ms")
        talk.truncate(item.id, end_ms / 1000)
        told = {"item_id": item.id, "content_index": 0, "audio_end_ms": end_ms}
        await self.send(frame("conversation.item.truncated", **told))

    def _create(self, talk: Talk, event: JsonObject) -> None:
        previous = event.get("previous_item_id")
        if previous not in {None, talk.last_item}:
            problem = f"previous_item_id: items can only be added behind the last one, {talk.last_item!r}"
            raise EventError("invalid_value", problem, "previous_item_id")
        item = talk_events.item(event, f"item_{secrets.token_hex(10)}")
        if any(known.id == item.id for known in talk.history.items()):
            raise EventError("invalid_value", f"item.id: {item.id!r} exists already", "item.id")
        if item.kind == "function_call_output" and not talk.awaits(item.call_id):
            problem = f"item.call_id: {item.call_id!r} is no call that waits for its output"
            raise EventError("invalid_tool_call_id", problem, "item.call_id")
        before = talk.last_item
        talk.tell(ItemAdded(item, before))
        talk.tell(ItemDone(item, before))
        talk.add(item)
