#!/usr/bin/env bash
# Every capability with curl. OPENWAVES_URL and OPENWAVES_API_KEY name the server and a key.
set -euo pipefail
auth=(-sS --fail-with-body -H "Authorization: Bearer $OPENWAVES_API_KEY")
json=(-H "Content-Type: application/json")

# Speech in one piece
curl "${auth[@]}" "${json[@]}" "$OPENWAVES_URL/waves/v1/tts" --output speech.wav \
	-d '{"text": "Hello there.", "voice_id": "sophia", "sample_rate": 24000, "output_format": "wav"}'

# Speech as Server-Sent Events
curl "${auth[@]}" "${json[@]}" --no-buffer "$OPENWAVES_URL/waves/v1/tts/live" \
	-d '{"text": "Hello there.", "voice_id": "sophia", "sample_rate": 24000}' | tail -n 2

# Transcription; the sound is the body
curl "${auth[@]}" "$OPENWAVES_URL/waves/v1/stt/?model=pulse&language=en&word_timestamps=true" \
	-H "Content-Type: audio/wav" --data-binary @speech.wav
echo

# The same by OpenAI's names
curl "${auth[@]}" "${json[@]}" "$OPENWAVES_URL/v1/audio/speech" --output speech.flac \
	-d '{"model": "tts-1", "voice": "alloy", "input": "Hello there.", "response_format": "flac"}'
curl "${auth[@]}" "$OPENWAVES_URL/v1/audio/transcriptions" -F model=whisper-1 -F language=en -F response_format=vtt -F file=@speech.flac

# Chat
curl "${auth[@]}" "${json[@]}" --no-buffer "$OPENWAVES_URL/waves/v1/chat/completions" \
	-d '{"model": "electron", "stream": true, "messages": [{"role": "user", "content": "Say hello."}]}' | tail -n 2

# Voices, dictionaries, a token for a browser
curl "${auth[@]}" "$OPENWAVES_URL/waves/v1/lightning-v3.1/get_voices" | cut -c 1-300  # head would end curl early, which is an error
echo
curl "${auth[@]}" "${json[@]}" "$OPENWAVES_URL/waves/v1/pronunciation-dicts" \
	-d '{"items": [{"word": "nginx", "pronunciation": "engine-x"}]}'
echo
curl "${auth[@]}" -X POST "$OPENWAVES_URL/waves/v1/auth/token"
echo
