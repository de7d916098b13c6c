"""Speech to speech (contract of speech to speech): sound both ways on one socket, as Hydra's clients speak it."""

from collections.abc import Iterable
from dataclasses import replace

from starlette.websockets import WebSocket

from openwaves.api import talk_events
from openwaves.api.access import socket_caller
from openwaves.api.errors import error_response
from openwaves.api.speech import with_own
from openwaves.api.state import State, state_of
from openwaves.api.talk_events import EventError, JsonObject, invalid
from openwaves.api.talk_frames import Frame, error_frame, frame, frame_of
from openwaves.api.talk_line import TalkLine, talk_parts
from openwaves.api.talk_voices import DEFAULT_VOICE, DEPRECATED_MODEL, MODELS, VOICES
from openwaves.errors import FieldError, OpenWavesError, VoiceNotFoundError
from openwaves.s2s.options import DEFAULT_INSTRUCTIONS, Parts, TalkOptions
from openwaves.s2s.session import Talk
from openwaves.s2s.told import Output, Trace
from openwaves.s2s.turns import Rules
from openwaves.storage.accounts import Caller
from openwaves.stt.languages import candidates
from openwaves.types import SpeechRequest


async def talk(websocket: WebSocket) -> None:
    """``/waves/v1/s2s``. A refusal is an HTTP answer to the handshake, but for ``server_full``."""
    state = state_of(websocket)
    try:
        caller = socket_caller(websocket)
        model = websocket.query_params.get("model", MODELS[0])
        if model not in MODELS:
            raise FieldError("model", f"{model!r} is not one of {', '.join(MODELS)}")
        parts = talk_parts(state)
        await state.limits.begin(caller.account)
        async with state.limits.socket(caller.account):
            await websocket.accept()
            await TalkSocket(websocket, state, caller, parts, model).run()
    except OpenWavesError as error:
        await websocket.send_denial_response(error_response(error))


class TalkSocket(TalkLine):
    """One accepted socket."""

    def __init__(self, websocket: WebSocket, state: State, caller: Caller, parts: Parts, model: str) -> None:
        super().__init__(websocket, state, caller, parts, model)
        self._traces = False
        self._n_items = 0

    async def greet(self) -> None:
        """See ``TalkLine``."""
        if self.model == DEPRECATED_MODEL:
            message = f"the model {DEPRECATED_MODEL} is deprecated; use {MODELS[0]}"
            await self.send(frame("warning", code="model_deprecated", message=message))
        await self.send(frame("session.created", session_id=self.session_id))

    def frames(self, output: Output) -> Iterable[Frame]:
        """See ``TalkLine``."""
        told = frame_of(output) if self._traces or not isinstance(output, Trace) else None
        return () if told is None else (told,)

    def error(self, code: str, message: str, param: str = "", event_id: str = "") -> Frame:
        """See ``TalkLine``."""
        return error_frame(code, message, param, event_id)

    async def handle(self, event: JsonObject) -> None:
        """See ``TalkLine``."""
        kind, talk = event["type"], self.talk
        if kind == "input_audio_buffer.append":
            sound = talk_events.audio(event)
            if talk is not None:
                await self.feed(talk, sound)
        elif kind == "session.configure":
            if talk is None:
                await self._configure(event)
        elif kind == "session.update":
            await self._update(event)
        elif kind == "conversation.item.create":
            self._n_items += 1
            item = talk_events.item(event, f"item_client_{self._n_items}")
            if talk is None:
                raise EventError("invalid_request_error", "the session is not configured yet")
            event_id = event.get("event_id")
            talk.add(item, event_id if isinstance(event_id, str) else "")
        elif kind not in {"response.create", "response.cancel"}:
            raise EventError("invalid_frame", f"type: {kind!r} is not known", "type")
        elif talk is not None:
            talk.answer() if kind == "response.create" else talk.cancel()

    async def _configure(self, event: JsonObject) -> None:
        """The first ``session.configure`` that can be served opens the talk."""
        wanted = talk_events.wanted(event)
        name = wanted.voice or DEFAULT_VOICE
        where = "session.configure.session"
        languages: tuple[str, ...] = ("en",)
        if wanted.language:
            try:
                languages = candidates(wanted.language, f"{where}.language", self.parts.room.hearing.languages)
            except FieldError as error:
                raise invalid(f"{where}.language", error.message.partition(": ")[2]) from error
        speech = SpeechRequest(
            "", VOICES.get(name, name), languages[0] if len(languages) == 1 else "auto", sample_rate=wanted.output_rate
        )
        try:
            speech = await with_own(self.state, self.caller, speech)
            self.parts.synthesizer.voice(speech)
        except VoiceNotFoundError as error:
            message = f"{name!r} is not one of {', '.join(VOICES)}, nor a voice of this server"
            raise invalid(f"{where}.voice", message) from error
        except FieldError as error:
            raise invalid(f"{where}.language", error.message.partition(": ")[2]) from error
        instructions = DEFAULT_INSTRUCTIONS if wanted.instructions is None else wanted.instructions
        options = TalkOptions(
            speech,
            instructions,
            wanted.tools,
            languages,
            wanted.input_rate,
            max_tokens=self.state.settings.talk_max_tokens,
        )
        session = {
            "instructions": instructions,
            "voice": name,
            "tools": talk_events.told_tools(wanted.tools),
            "generate_initial_response": wanted.greets,
            "input_audio_format": talk_events.PCM,
            "input_audio_sample_rate": wanted.input_rate,
            "output_audio_format": talk_events.PCM,
            "output_audio_sample_rate": wanted.output_rate,
        }
        await self.send(frame("session.configured", session=session))
        self._traces = wanted.traces
        talk = Talk(self.parts, options, Rules(tool_wait_s=self.state.settings.talk_tool_wait_s))
        self.begin(talk)
        talk.start(greets=wanted.greets)

    async def _update(self, event: JsonObject) -> None:
        """Other tools; told only if they are others."""
        tools = talk_events.updated_tools(event)
        if self.talk is None:
            raise EventError("invalid_request_error", "the session is not configured yet")
        if tools is not None and tools != self.talk.options.tools:
            self.talk.update(replace(self.talk.options, tools=tools))
            await self.send(frame("session.updated", session={"tools": talk_events.told_tools(tools)}))
