// The page's one AudioContext, for hearing and for speaking.

/** Rates that the server takes from a microphone (its names are pcm_<rate>). */
const RATES = new Set([8000, 16000, 22050, 24000, 44100, 48000]);

let context = null;
const loaded = new Map();

/** Why live sound cannot be played here: "insecure", "old", or "" when it can. */
export function noSoundBecause() {
  if (!window.isSecureContext) return "insecure";
  if (!window.AudioContext || !window.AudioWorkletNode) return "old";
  return "";
}

/** To be called from a click: browsers let nothing sound before one. */
export function soundContext() {
  if (!context) {
    context = new AudioContext({ latencyHint: "interactive" });
    // Some sound cards run at 96 or 192 kHz.
    if (!RATES.has(context.sampleRate)) {
      context.close();
      context = new AudioContext({ latencyHint: "interactive", sampleRate: 48_000 });
    }
  }
  if (context.state !== "running") context.resume();
  return context;
}

/** Load a worklet file once. */
export function worklet(file) {
  if (!loaded.has(file)) {
    const loading = soundContext().audioWorklet.addModule(new URL(file, import.meta.url));
    loading.catch(() => loaded.delete(file));
    loaded.set(file, loading);
  }
  return loaded.get(file);
}
