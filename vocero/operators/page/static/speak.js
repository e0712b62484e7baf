// Taking a call over by voice: the microphone into the call, until it is handed back.

import { ApiError, socketAddress } from "./api.js";
import { soundContext, worklet } from "./sound_context.js";

/** More than this waiting to be sent (about 0.7 s) is old news: the newest is dropped. */
const MOST_WAITING_BYTES = 64 * 1024;
/** The server gives the call back to the agent 5 s after a lost socket. */
const RETRY_MS = [200, 800, 1500];
const MICROPHONE = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

const MICROPHONE_CODES = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "microphone_none",
  NotReadableError: "microphone_taken",
};

/**
 * `state`: off, asking (for the microphone), opening, speaking, retrying, handing, over or failed
 * (then `code` says why). `onChange(takeover)` is called when the state changes.
 */
export class TakeOver {
  constructor(call, onChange) {
    this.call = call;
    this.onChange = onChange;
    this.state = "off";
    this.code = "";
    this.muted = false;
    this.dropped = 0;
    this.onLevel = () => {};
  }

  #socket = null;
  #stream = null;
  #node = null;
  #source = null;
  #tries = 0;
  #timer = 0;
  #handedBack = null;

  /** From a click. */
  async begin() {
    this.#set("asking");
    const context = soundContext();
    try {
      const loading = worklet("speak_worklet.js");
      this.#stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
      await loading;
    } catch (error) {
      this.#fail(MICROPHONE_CODES[error.name] ?? "microphone_trouble");
      return;
    }
    if (this.state === "off") {
      this.#end();
      return;
    }
    // An unplugged microphone must not leave the business with silence and nobody knowing.
    this.#stream.getAudioTracks()[0].onended = () => this.#fail("microphone_lost");
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: this.#stream });
    this.#node = new AudioWorkletNode(context, "speak-recorder", {
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.#node.port.onmessage = ({ data }) => this.#frame(data);
    // The recorder's output is silence; without a way out some browsers do not run it.
    this.#source.connect(this.#node).connect(context.destination);
    this.#set("opening");
    this.#connect();
  }

  mute(muted) {
    this.muted = muted;
    this.#node?.port.postMessage({ muted });
    this.onChange(this);
  }

  /** Give the agent the call back. Resolves to whether the server has confirmed it. */
  handBack(summary) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.resolve(false);
    this.#set("handing");
    this.#socket.send(JSON.stringify({ type: "handback", summary }));
    return new Promise((resolve) => {
      this.#handedBack = resolve;
    });
  }

  /** Let go of everything: the server gives the call back by itself when it was not handed back. */
  stop() {
    this.#end();
    this.#set("off");
  }

  async #connect() {
    let address;
    try {
      address = await socketAddress("speak", this.call);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "trouble";
      if (code === "offline") this.#retry();
      else this.#fail(code);
      return;
    }
    if (!this.#stream) return;
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      const format = `pcm_${soundContext().sampleRate}`;
      socket.send(JSON.stringify({ type: "begin", format }));
    };
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    socket.onclose = () => {
      if (socket === this.#socket) this.#retry();
    };
  }

  #heard(message) {
    if (message.type === "taken") {
      this.#tries = 0;
      this.#set("speaking");
    } else if (message.type === "refused") {
      this.#fail(message.error);
    } else if (message.type === "handed_back") {
      this.#handedBack?.(true);
      this.stop();
    } else if (message.type === "over") {
      this.#end();
      this.#set("over");
    }
  }

  #frame({ frame, level }) {
    this.onLevel(level);
    if (this.state !== "speaking") return;
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) this.dropped += 1;
    else this.#socket.send(frame);
  }

  #retry() {
    this.#socket = null;
    if (this.state === "handing") {
      // Either it was handed back, or the agent gets the call by itself: nothing to try again.
      this.stop();
      return;
    }
    if (!this.#stream) return;
    if (this.#tries >= RETRY_MS.length) {
      this.#fail("line_lost");
      return;
    }
    this.#set("retrying");
    this.#timer = setTimeout(() => this.#connect(), RETRY_MS[this.#tries]);
    this.#tries += 1;
  }

  #fail(code) {
    this.code = code;
    this.#end();
    this.#set("failed");
  }

  #end() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#handedBack?.(false);
    this.#handedBack = null;
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#stream = null;
    this.#source?.disconnect();
    this.#node?.port.postMessage({ end: true });
    this.#node?.disconnect();
    this.#source = this.#node = null;
    this.muted = false;
    this.#tries = 0;
  }

  #set(state) {
    this.state = state;
    this.onChange(this);
  }
}
