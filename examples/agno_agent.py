"""An agent of agno that thinks and speaks on this server."""

import os

from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from agno.tools.smallest import SmallestTools

url, key = os.environ["OPENWAVES_URL"], os.environ["OPENWAVES_API_KEY"]
voice = SmallestTools(api_key=key, base_url=url + "/waves/v1/tts", voice_id="sophia", enable_get_voices=False)
agent = Agent(
    model=OpenAILike(id="electron", base_url=url + "/v1", api_key=key),
    instructions="Answer in one short sentence.",
    telemetry=False,
)
answer = agent.run("Greet me.")
print(answer.content)

spoken = voice.text_to_speech(agent, answer.content)
with open("answer.wav", "wb") as file:
    file.write(spoken.audios[0].content)
