// The operator's microphone as frames of 20 ms: 16-bit PCM at the context's own rate.
//
// Out: { frame: ArrayBuffer, level: number }   level in dBFS, the peak of the frame
// In:  { muted: boolean }                      muted frames are silence, so that time goes on
//      { end: true }                           no more is wanted of this recorder

const FRAME_S = 0.02;

class SpeakRecorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.muted = false;
    this.size = Math.round(sampleRate * FRAME_S);
    this.#fresh();
    this.ended = false;
    this.port.onmessage = ({ data }) => {
      if (data.end) this.ended = true;
      else this.muted = data.muted;
    };
  }

  #fresh() {
    this.frame = new Int16Array(this.size);
    this.filled = 0;
    this.peak = 0;
  }

  process([microphone]) {
    const channel = microphone[0];
    if (!channel || this.ended) return !this.ended;
    for (const value of channel) {
      const clipped = this.muted ? 0 : Math.max(-1, Math.min(1, value));
      this.frame[this.filled] = Math.round(clipped * 32767);
      this.peak = Math.max(this.peak, Math.abs(clipped));
      this.filled += 1;
      if (this.filled === this.size) this.#send();
    }
    return true;
  }

  #send() {
    const level = 20 * Math.log10(Math.max(this.peak, 1e-5));
    this.port.postMessage({ frame: this.frame.buffer, level }, [this.frame.buffer]);
    this.#fresh();
  }
}

registerProcessor("speak-recorder", SpeakRecorder);
