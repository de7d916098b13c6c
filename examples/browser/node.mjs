// The same module without a page: node --experimental-websocket node.mjs (Node 22 needs no flag).
import { speaker } from "./speak.js";

let samples = 0;
const words = [];
const speech = await speaker(process.env.OPENWAVES_URL, process.env.OPENWAVES_API_KEY, {
  onSound: (piece) => (samples += piece.length),
  onWord: ({ word }) => words.push(word),
});
for (const piece of ["Text comes ", "in pie", "ces, sound ", "leaves at once."]) speech.say(piece);
speech.end();
await speech.done;
console.log((samples / 24000).toFixed(1), "s of sound:", words.join(" "));
