// Steering a live call without speaking in it: whisper, keys, the end.

import { api, html, t, toast, words } from "./common.js";
import { useLayoutEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { Dialog } from "./dialog.js";

const MOST_WHISPERED = 500;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** The path of one act on a call. */
export function path(id, act) {
  return `calls/${encodeURIComponent(id)}/${act}`;
}

/** The field below the transcript: a hint that only the agent gets. */
export function Whisper({ id, disabled }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const typed = (event) => {
    setText(event.target.value);
    setWrong("");
  };
  const send = async (event) => {
    event.preventDefault();
    const said = text.trim();
    if (!said || busy) return;
    setBusy(true);
    setWrong("");
    try {
      await api(path(id, "whisper"), { body: { text: said } });
      setText("");
    } catch (error) {
      setWrong(words(error));
    }
    setBusy(false);
  };
  return html`<form class="whisper" onSubmit=${send}>
    <label class="hidden-words" for="whisper">${t("whisper")}</label>
    <input
      id="whisper"
      class="input"
      autocomplete="off"
      maxlength=${MOST_WHISPERED}
      value=${text}
      placeholder=${t("whisper_hint")}
      disabled=${disabled}
      aria-describedby="whisper-wrong"
      onInput=${typed}
    />
    <button class="button primary" disabled=${disabled || busy || !text.trim()}>
      ${t("whisper_send")}
    </button>
    <p id="whisper-wrong" class="wrong" role="alert" hidden=${!wrong}>${wrong}</p>
  </form>`;
}

export function KeypadDialog({ id, onClose }) {
  const [pressed, setPressed] = useState("");
  const [wrong, setWrong] = useState("");
  // One after the other: a menu must get the keys in the order in which they were pressed.
  const queue = useRef(Promise.resolve());
  const press = (sign) => {
    setPressed((before) => (before + sign).slice(-20));
    queue.current = queue.current
      .then(() => api(path(id, "keys"), { body: { digits: sign } }))
      .then(() => setWrong(""))
      .catch((error) => setWrong(words(error)));
  };
  useLayoutEffect(() => {
    const typed = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !KEYS.includes(event.key)) return;
      event.preventDefault();
      press(event.key);
    };
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  }, []);
  const key = (sign) => html`<button
    type="button"
    key=${sign}
    class="button"
    onClick=${() => press(sign)}
  >
    ${sign}
  </button>`;
  return html`<${Dialog} title=${t("keypad")} text=${t("keypad_text")} onClose=${onClose}>
    <output class="pressed mono num" aria-label=${t("keypad_pressed")}>${pressed || " "}</output>
    <div class="keypad">
      ${KEYS.map(key)}
    </div>
    <p class="wrong" role="alert">${wrong}</p>
  <//>`;
}

export function EndDialog({ id, taken, onClose }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const end = async (at_once) => {
    setBusy(true);
    try {
      await api(path(id, "end"), { body: { at_once } });
      onClose();
      toast(t(at_once ? "end_done_at_once" : "end_done"));
    } catch (error) {
      setWrong(words(error));
      setBusy(false);
    }
  };
  const text = t(taken ? "end_text_taken" : "end_text");
  return html`<${Dialog} title=${t("end")} text=${text} onClose=${onClose}>
    <p class="wrong" role="alert">${wrong}</p>
    <div class="ends">
      ${!taken &&
      html`<button type="button" class="button" disabled=${busy} onClick=${() => end(false)}>
        ${t("end_politely")}
      </button>`}
      <button
        type="button"
        class="button danger primary"
        disabled=${busy}
        onClick=${() => end(true)}
      >
        ${t("end_at_once")}
      </button>
    </div>
  <//>`;
}
