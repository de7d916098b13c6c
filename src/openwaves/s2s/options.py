"""What a client wants of a talk, and what all talks share."""

from dataclasses import dataclass, field
from typing import Literal

from openwaves.audio.live_decode import Encoding
from openwaves.llm.chat import ChatModel, ChatRequest, Message, Tool
from openwaves.stt.room import Room
from openwaves.tts.synthesis import Synthesizer
from openwaves.types import SpeechRequest

DEFAULT_INSTRUCTIONS = "You are a friendly, helpful voice assistant."
STYLE = (
    "You are on a voice call: everything you write is spoken aloud. Answer in one or two short, plain sentences unless"
    " asked for more, without lists, headings or emoji."
)
"""Goes with every instruction."""
REMINDER = "(Answer in one or two short spoken sentences, unless told otherwise.)"
"""Goes with what the user said last where there are tools: behind these a small model forgets the style."""
SPEAK_FIRST = "(The call begins. Say a few words of welcome.)"
"""Stands for the user where nothing was said yet."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What all talks share.

    Attributes:
        room: Hears.
        chat: Thinks.
        synthesizer: Speaks.
    """

    room: Room
    chat: ChatModel
    synthesizer: Synthesizer


@dataclass(frozen=True, slots=True)
class TalkOptions:
    """What a client wants of a session.

    Attributes:
        speech: Voice, language, pace and rate of the answers; its text is not used.
        instructions: What the model is to be and to do.
        tools: What it may call.
        languages: Codes that may be spoken; of several, the sound decides.
        input_rate: Of the sound that comes, Hz.
        input_encoding: Of the sound that comes.
        threshold: Probability over which a frame of sound is speech.
        is_spoken: Answers are sound; else they are text alone.
        tool_choice: May, must or must not a tool be called.
        tool_name: The tool that must be called.
        parallel_calls: Whether several may be called.
        model: Name of the chat model; empty is its first name.
        temperature: Of the model.
        max_tokens: Most tokens of one answer.
        style: Goes with the instructions; empty for none.
    """

    speech: SpeechRequest
    instructions: str = DEFAULT_INSTRUCTIONS
    tools: tuple[Tool, ...] = ()
    languages: tuple[str, ...] = ("en",)
    input_rate: int = 16000
    input_encoding: Encoding = "linear16"
    threshold: float = 0.5
    is_spoken: bool = True
    tool_choice: Literal["auto", "required", "none"] = "auto"
    tool_name: str | None = None
    parallel_calls: bool = True
    model: str = ""
    temperature: float = 0.6
    max_tokens: int = 400
    style: str = field(default=STYLE, repr=False)

    @property
    def system(self) -> str:
        """The first message of every prompt."""
        style = self.style if self.is_spoken else ""
        return "\n\n".join(part for part in (self.instructions.strip(), style) if part)

    def request(
        self, messages: tuple[Message, ...], chat: ChatModel, session: str, *, prompts: bool = True
    ) -> ChatRequest:
        """What the model is asked.

        Args:
            messages: The conversation, with the system's message.
            chat: Who answers.
            session: Name of the talk.
            prompts: An answer is wanted: give the model something to answer to in any case.
        """
        if prompts and (not messages or messages[-1].role not in {"user", "tool"}):
            messages = (*messages, Message("user", SPEAK_FIRST))
        elif prompts and self.tools and self.is_spoken and self.style and messages[-1].role == "user":
            messages = (*messages[:-1], Message("user", f"{messages[-1].content} {REMINDER}"))
        return ChatRequest(
            self.model or chat.names[0],
            messages,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            tools=() if self.tool_choice == "none" else self.tools,
            tool_choice=self.tool_choice,
            tool_name=self.tool_name,
            parallel_tool_calls=self.parallel_calls,
            session=session,
        )
