"""OpenAI's SDK, with another base URL: speech, transcription, chat."""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ["OPENWAVES_URL"] + "/v1", api_key=os.environ["OPENWAVES_API_KEY"])

# Speech, written while it is made.
with client.audio.speech.with_streaming_response.create(
    model="tts-1", voice="nova", input="The train to Pune leaves at half past nine.", response_format="mp3"
) as speech:
    speech.stream_to_file("speech.mp3")

# Transcription, told piece by piece.
with open("speech.mp3", "rb") as file:
    for event in client.audio.transcriptions.create(model="whisper-1", file=file, language="en", stream=True):
        if event.type == "transcript.text.delta":
            print(event.delta, end="", flush=True)
print()

# Subtitles.
with open("speech.mp3", "rb") as file:
    print(client.audio.transcriptions.create(model="whisper-1", file=file, language="en", response_format="srt"))

# Chat.
stream = client.chat.completions.create(
    model="electron", messages=[{"role": "user", "content": "Say hello in one sentence."}], stream=True
)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
