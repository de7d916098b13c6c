// How good a recording is for a voice to be learnt from, by its samples alone.

const FRAME_S = 0.02;
const UNDER_PEAK_DB = 38; // frames this far under the loud ones hold no speech, as the server counts them

/** @returns `{speechS, level, noise, clipped}`: seconds of speech, its level and the noise in dB, the share of samples at the limit. */
export function measure(samples, rate) {
  const size = Math.round(rate * FRAME_S);
  const energies = [];
  let clipped = 0;
  for (let begin = 0; begin + size <= samples.length; begin += size) {
    let sum = 0;
    for (let n = begin; n < begin + size; n += 1) {
      sum += samples[n] * samples[n];
      if (Math.abs(samples[n]) > 0.985) clipped += 1;
    }
    energies.push(10 * Math.log10(sum / size + 1e-10));
  }
  const sorted = [...energies].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -100;
  const loud = at(0.97);
  const spoken = energies.filter((energy) => energy > loud - UNDER_PEAK_DB && energy > -60);
  const level = spoken.length
    ? 10 * Math.log10(spoken.reduce((sum, energy) => sum + 10 ** (energy / 10), 0) / spoken.length)
    : -100;
  return { speechS: spoken.length * FRAME_S, level, noise: at(0.05), clipped: clipped / Math.max(1, samples.length) };
}

/** What is to be said about it: `[kind, text]`, kind good, info or bad; bad is what the server would refuse or regret. */
export function hints({ speechS, level, noise, clipped }) {
  const told = [];
  if (speechS < 3) told.push(["bad", `${speechS.toFixed(1)} s of speech: at least 3 are needed, 10 to 30 are best.`]);
  else if (speechS < 10)
    told.push(["info", `${speechS.toFixed(0)} s of speech is enough; 10 to 30 s come closer to the voice.`]);
  else
    told.push([
      "good",
      `${Math.min(30, speechS).toFixed(0)} s of speech${speechS > 30 ? ": the first 30 are used" : ""}.`,
    ]);
  if (level < -42) told.push(["bad", "Very quiet: come closer to the microphone."]);
  else if (clipped > 0.001) told.push(["bad", "Too loud: peaks are cut off. Turn the microphone down, or step back."]);
  else told.push(["good", "The level is right."]);
  if (speechS >= 1 && level - noise < 18)
    told.push(["info", "There is noise behind the voice; a quieter room comes closer to it."]);
  return told;
}
