"""The hosted API's own SDK, pointed at this server: speech, live speech, transcription."""

import os
import wave

from smallestai import SmallestAI
from smallestai.environment import SmallestAIEnvironment
from smallestai.waves import TTSConfig, WavesStreamingTTS

url, key = os.environ["OPENWAVES_URL"], os.environ["OPENWAVES_API_KEY"]
socket_url = url.replace("http", "ws", 1)
client = SmallestAI(
    api_key=key, environment=SmallestAIEnvironment(atoms=url, waves=url, waves_ws=socket_url, payment=url)
)

# Speech in one piece.
sound = b"".join(
    client.waves.synthesize_tts(text="Hello from your own machine.", voice_id="sophia", output_format="wav")
)
with open("speech.wav", "wb") as file:
    file.write(sound)

# Live speech: text goes in as a language model writes it, sound comes out while it does.
WavesStreamingTTS.WS_URL = socket_url + "/waves/v1/tts/live"
live = WavesStreamingTTS(TTSConfig(voice_id="sophia", api_key=key, sample_rate=24000))
with wave.open("live.wav", "wb") as file:
    file.setparams((1, 2, 24000, 0, "NONE", "not compressed"))
    for data in live.synthesize_streaming(iter(["Text comes ", "in pieces, ", "sound leaves at once."])):
        file.writeframes(data)

# Transcription.
with open("speech.wav", "rb") as file:
    heard = client.waves.speech_to_text.transcribe(request=file.read(), model="pulse", language="en")
print("heard:", heard.transcription)
