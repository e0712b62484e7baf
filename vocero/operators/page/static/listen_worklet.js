// Plays a call's pieces in the audio thread.
//
// In: { piece: ArrayBuffer }      a SoundPiece as it came: <IIHBB> number, from_ms, samples, flags,
//                                 spare; then the business and the agent as µ-law at 8 kHz
//     { mix: [4 numbers] }        how loud business and agent are in the left and the right ear
//     { end: true }               no more is wanted of this player
//     { played: id }              answered with { id, left, right }: the last 5 s, before the mix
// Out, ten times a second: { playing_ms, time_s, waiting_ms, holes }

import { EDGE, JitterBuffer, RATE } from "./jitter_buffer.js";
import { AHEAD, valueAt } from "./resampler.js";

const HEADER = 12;
const KEPT_S = 5;
const TOLD_EVERY_S = 0.1;
/** Quieter than this (-46 dBFS) for so long is a pause in the conversation. */
const QUIET = 0.005;
const PAUSE_S = 0.06;

class ListenPlayer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.buffer = new JitterBuffer();
    this.loudness = 0; // 0 in a hole, 1 in sound; moves by one step a sample.
    this.step = RATE / (EDGE * sampleRate);
    this.mix = [1, 0, 0, 1];
    this.wanted = [1, 0, 0, 1];
    this.kept = [0, 1].map(() => new Float32Array(KEPT_S * sampleRate));
    this.keptAt = 0;
    this.told = 0;
    this.soundedAt = 0; // Frame of keptAt.
    this.ended = false;
    this.port.onmessage = ({ data }) => this.heard(data);
  }

  heard(data) {
    if (data.piece) this.take(data.piece);
    else if (data.mix) this.wanted = data.mix;
    else if (data.end) this.ended = true;
    else if ("played" in data) this.port.postMessage({ id: data.played, ...this.lastPlayed() });
  }

  take(piece) {
    const head = new DataView(piece);
    const samples = head.getUint16(8, true);
    if (piece.byteLength < HEADER + 2 * samples) return;
    const left = new Uint8Array(piece, HEADER, samples);
    const right = new Uint8Array(piece, HEADER + samples, samples);
    this.buffer.push(left, right, head.getUint32(4, true));
  }

  lastPlayed() {
    const [left, right] = this.kept.map((ring) => {
      const filled = Math.min(this.keptAt, ring.length);
      const last = new Float32Array(filled);
      for (let index = 0; index < filled; index += 1) {
        last[index] = ring[(this.keptAt - filled + index) % ring.length];
      }
      return last;
    });
    return { left, right };
  }

  process(_, outputs) {
    const [ears] = outputs;
    const frames = ears[0].length;
    const isSilent = this.keptAt - this.soundedAt > PAUSE_S * sampleRate;
    const pace = (this.buffer.pace(isSilent) * RATE) / sampleRate;
    for (let index = 0; index < frames; index += 1) this.sample(ears, index, pace);
    if (currentTime - this.told >= TOLD_EVERY_S) this.tell();
    return !this.ended;
  }

  sample(ears, index, pace) {
    const { buffer } = this;
    const left = buffer.end - buffer.at - AHEAD;
    // Fading out begins while there is still something to fade.
    const goal = buffer.empty || left < EDGE ? 0 : 1;
    this.loudness = goal
      ? Math.min(1, this.loudness + this.step)
      : Math.max(0, this.loudness - this.step);
    let business = 0;
    let agent = 0;
    if (!buffer.empty && left > 0) {
      business = valueAt(buffer.left, buffer.mask, buffer.at) * this.loudness;
      agent = valueAt(buffer.right, buffer.mask, buffer.at) * this.loudness;
      buffer.at += pace;
    } else {
      buffer.ranOut();
    }
    this.keep(business, agent);
    for (let way = 0; way < 4; way += 1)
      this.mix[way] += (this.wanted[way] - this.mix[way]) * 0.002;
    ears[0][index] = business * this.mix[0] + agent * this.mix[1];
    if (ears[1]) ears[1][index] = business * this.mix[2] + agent * this.mix[3];
  }

  keep(business, agent) {
    const place = this.keptAt % this.kept[0].length;
    this.kept[0][place] = business;
    this.kept[1][place] = agent;
    this.keptAt += 1;
    if (Math.abs(business) > QUIET || Math.abs(agent) > QUIET) this.soundedAt = this.keptAt;
  }

  tell() {
    this.told = currentTime;
    const { buffer } = this;
    this.port.postMessage({
      playing_ms: buffer.empty ? null : buffer.playing_ms(),
      time_s: currentTime,
      waiting_ms: buffer.empty ? 0 : buffer.waiting_ms,
      holes: buffer.holes,
    });
  }
}

registerProcessor("listen-player", ListenPlayer);
