// Hearing one call: its pieces from the socket into the audio thread, and how far behind they are.

import { ApiError, socketAddress } from "./api.js";
import { soundContext, worklet } from "./sound_context.js";

const PING_MS = 1000;
const PINGS_KEPT = 5;
const RETRY_MS = [300, 1000, 2000, 4000, 8000];
const HEADER = 12;
const MS_A_SAMPLE = 1 / 8;

/**
 * `onChange(listener)` is called about ten times a second while it sounds. `state`: off, opening,
 * on, retrying, over (the call has ended) or failed (then `code` is one of the server's codes).
 */
export class Listener {
  constructor(call, onChange) {
    this.call = call;
    this.onChange = onChange;
    this.state = "off";
    this.code = "";
    this.received_ms = 0;
    this.behind_ms = null;
    this.mix = [1, 0, 0, 1];
    this.#exposeForTests();
  }

  #socket = null;
  #node = null;
  #tries = 0;
  #timer = 0;
  #pings = [];
  #pinging = 0;
  #asked = new Map();

  /** From a click. */
  async start() {
    this.#set("opening");
    soundContext();
    const loading = worklet("listen_worklet.js");
    this.#connect();
    try {
      await loading;
    } catch {
      this.#fail("trouble");
      return;
    }
    if (this.state === "off" || this.#node) return;
    const context = soundContext();
    this.#node = new AudioWorkletNode(context, "listen-player", {
      numberOfInputs: 0,
      outputChannelCount: [2],
    });
    this.#node.port.onmessage = ({ data }) => this.#told(data);
    this.#node.port.postMessage({ mix: this.mix });
    this.#node.connect(context.destination);
  }

  stop() {
    this.#end();
    this.#set("off");
  }

  /**
   * `volume`: 0 to 100, 70 is as it came. `balance`: -1 (business only) to 1 (agent only).
   * `both`: both voices in both ears, for those who wear one earpiece.
   */
  setMix({ volume, balance, both }) {
    const gain = (volume / 70) ** 2;
    const business = gain * Math.min(1, 1 - balance);
    const agent = gain * Math.min(1, 1 + balance);
    this.mix = both ? [business, agent, business, agent] : [business, 0, 0, agent];
    this.#node?.port.postMessage({ mix: this.mix });
  }

  async #connect() {
    let address;
    try {
      address = await socketAddress("listen", this.call);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "trouble";
      if (code === "offline" || code === "trouble") this.#retry(code);
      else if (code === "over") this.#over();
      else this.#fail(code);
      return;
    }
    if (this.state === "off") return;
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = () => {
      if (socket === this.#socket && this.state !== "over") this.#retry("offline");
    };
  }

  #heard(data) {
    if (data instanceof ArrayBuffer) {
      this.received_ms += ((data.byteLength - HEADER) / 2) * MS_A_SAMPLE;
      this.#node?.port.postMessage({ piece: data }, [data]);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "begin") this.#tries = 0;
    else if (message.type === "pong") this.#ponged(message);
    else if (message.type === "over") this.#over();
  }

  /** A call that still rings has no sound yet: it comes by itself. */
  #opened() {
    this.#pings = [];
    const ping = () => {
      if (this.#socket?.readyState !== WebSocket.OPEN) return;
      this.#socket.send(JSON.stringify({ type: "ping", t: performance.now() }));
    };
    clearInterval(this.#pinging);
    this.#pinging = setInterval(ping, PING_MS);
    ping();
    this.#set("on");
  }

  #ponged({ t, call_now_ms }) {
    if (call_now_ms === null) return;
    const now = performance.now();
    this.#pings.push({ trip: now - t, offset: call_now_ms - (now + t) / 2 });
    if (this.#pings.length > PINGS_KEPT) this.#pings.shift();
  }

  #told(data) {
    if ("id" in data) {
      this.#asked.get(data.id)?.(data);
      this.#asked.delete(data.id);
      return;
    }
    this.holes = data.holes;
    this.waiting_ms = data.waiting_ms;
    const behind = data.playing_ms === null ? null : this.#behind(data);
    // A figure that trembles cannot be read.
    const smooth = behind !== null && this.behind_ms !== null;
    this.behind_ms = smooth ? this.behind_ms + 0.2 * (behind - this.behind_ms) : behind;
    this.onChange(this);
  }

  /** How long ago the sample was heard in the call that leaves the loudspeaker now. */
  #behind({ playing_ms, time_s }) {
    if (!this.#pings.length) return null;
    // The quickest answer tells the server's clock best.
    const { offset } = this.#pings.reduce((best, one) => (one.trip < best.trip ? one : best));
    return outOfTheSpeakerAt(time_s) + offset - playing_ms;
  }

  #over() {
    this.#end();
    this.#set("over");
  }

  #fail(code) {
    this.code = code;
    this.#end();
    this.#set("failed");
  }

  #retry(code) {
    clearInterval(this.#pinging);
    this.#socket = null;
    if (this.state === "off") return;
    if (this.#tries >= RETRY_MS.length) {
      this.#fail(code);
      return;
    }
    this.#set("retrying");
    this.#timer = setTimeout(() => this.#connect(), RETRY_MS[this.#tries]);
    this.#tries += 1;
  }

  #end() {
    clearInterval(this.#pinging);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#dropPlayer();
    this.behind_ms = null;
  }

  #dropPlayer() {
    if (!this.#node) return;
    this.#node.port.onmessage = null;
    this.#node.port.postMessage({ end: true });
    this.#node.disconnect();
    this.#node = null;
  }

  #set(state) {
    this.state = state;
    this.onChange(this);
  }

  #played() {
    return new Promise((resolve) => {
      if (!this.#node) {
        resolve({ left: new Float32Array(), right: new Float32Array() });
        return;
      }
      const id = this.#asked.size + performance.now();
      this.#asked.set(id, resolve);
      this.#node.port.postMessage({ played: id });
    });
  }

  /** The browser tests look at what was really played: the last 5 s, at the context's rate. */
  #exposeForTests() {
    const listener = this;
    window.voceroTest = {
      get state() {
        return listener.state;
      },
      get received_ms() {
        return listener.received_ms;
      },
      get behind_ms() {
        return listener.behind_ms;
      },
      get waiting_ms() {
        return listener.waiting_ms;
      },
      get holes() {
        return listener.holes;
      },
      rate: () => soundContext().sampleRate,
      left: async () => (await listener.#played()).left,
      right: async () => (await listener.#played()).right,
    };
  }
}

/** When what the audio thread works on at `time_s` is heard, by performance.now(). */
function outOfTheSpeakerAt(time_s) {
  const context = soundContext();
  const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
  if (performanceTime) return performanceTime + (time_s - contextTime) * 1000;
  const latency = context.outputLatency || context.baseLatency || 0;
  return performance.now() + (time_s - context.currentTime + latency) * 1000;
}
