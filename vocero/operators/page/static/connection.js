// The one live connection of a page: events in, a watched call, reconnecting by itself.
// After every reconnect the server sends a snapshot, which replaces all that was known.

import { ApiError, socketAddress } from "./api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The server says something at least every 15 s; after this much silence the line is dead. */
const SILENCE_MS = 25_000;
/** With these no further try helps: this page has to be loaded again. */
const FOR_GOOD = new Set(["login", "forged"]);

export class Connection {
  #socket = null;
  #tries = 0;
  #next = -1;
  #timer = 0;
  #watchdog = 0;
  #watched = null;
  #closed = false;

  /**
   * `onMessage(message)` gets what the server sends, in order, without gaps (a gap reconnects).
   * `onState({ live, since, gone })`: `since` is epoch ms of the last change; `gone` means that no
   * further try is made.
   */
  constructor({ onMessage, onState = () => {} }) {
    this.onMessage = onMessage;
    this.onState = onState;
    // A laptop that wakes up or finds its network again should not wait for the backoff to end.
    this.hurry = () => {
      if (!this.#socket && !this.#closed && document.visibilityState === "visible") this.#open();
    };
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.#tell(false);
    this.#open();
  }

  /** From now on the details of this call are sent; null: of none. */
  watch(id) {
    this.#watched = id;
    this.#send({ type: "watch", id });
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.#socket?.close();
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#tries += 1;
    const mine = (this.#socket = { close() {} }); // Holds the place while the ticket is fetched.
    let address;
    try {
      address = await socketAddress("live");
    } catch (error) {
      if (this.#socket === mine) this.#lost(error instanceof ApiError && FOR_GOOD.has(error.code));
      return;
    }
    if (this.#closed || this.#socket !== mine) return;
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#next = 0;
    this.#expectWord(socket);
    socket.onmessage = (event) => this.#heard(socket, event.data);
    socket.onclose = () => this.#lost(false, socket);
  }

  #heard(socket, data) {
    if (socket !== this.#socket) return;
    this.#expectWord(socket);
    const message = JSON.parse(data);
    if (message.type === "snapshot") {
      this.#next = message.n;
      this.#tries = 0;
      this.#tell(true);
      if (this.#watched) this.#send({ type: "watch", id: this.#watched });
    }
    // Only what is counted can be missed: "still" and "pong" may come without a number.
    if (message.n !== undefined) {
      if (message.n !== this.#next) {
        socket.close();
        return;
      }
      this.#next += 1;
    }
    this.onMessage(message);
  }

  #expectWord(socket) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      socket.close();
      this.#lost(false, socket);
    }, SILENCE_MS);
  }

  #lost(gone, socket = this.#socket) {
    if (this.#closed || socket !== this.#socket) return;
    clearTimeout(this.#watchdog);
    this.#socket = null;
    this.#tell(false, gone);
    if (gone) return;
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#tries - 1, 6));
    // Not all pages of all operators at the same instant after a restart.
    this.#timer = setTimeout(() => this.#open(), most * (0.5 + Math.random() / 2));
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(live, gone = false) {
    if (this.state?.live === live && this.state.gone === gone) return;
    this.state = { live, gone, since: Date.now() };
    this.onState(this.state);
  }
}
