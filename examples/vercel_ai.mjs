// Vercel's AI SDK: speech, transcription, chat. npm install ai @ai-sdk/openai
import { writeFile } from "node:fs/promises";
import { createOpenAI } from "@ai-sdk/openai";
import { experimental_generateSpeech as generateSpeech, experimental_transcribe as transcribe, streamText } from "ai";

const openwaves = createOpenAI({
  baseURL: process.env.OPENWAVES_URL + "/v1",
  apiKey: process.env.OPENWAVES_API_KEY,
});

const { audio } = await generateSpeech({
  model: openwaves.speech("tts-1"),
  text: "The train to Pune leaves at half past nine.",
  voice: "coral",
  outputFormat: "wav",
});
await writeFile("speech.wav", audio.uint8Array);

const heard = await transcribe({ model: openwaves.transcription("whisper-1"), audio: audio.uint8Array });
console.log("heard:", heard.text);

const { textStream } = streamText({ model: openwaves.chat("electron"), prompt: "Say hello in one sentence." });
for await (const delta of textStream) process.stdout.write(delta);
console.log();
