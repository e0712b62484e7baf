// Steering a live call without speaking in it: whisper, keys, a question to the customer, the end.

import { api, html, t, toast, words } from "./common.js";
import { useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { Dialog } from "./dialog.js";

const MOST_WHISPERED = 500;
const MOST_ASKED = 300;
const MOST_OPTION = 60;
const ANSWER_WITHIN_S = 30;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function path(id, act) {
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
      id="whisper" class="input" autocomplete="off" maxlength=${MOST_WHISPERED} value=${text}
      placeholder=${t("whisper_hint")} disabled=${disabled}
      aria-describedby="whisper-wrong" onInput=${typed}
    />
    <button class="button primary" disabled=${disabled || busy || !text.trim()}>${t("whisper_send")}</button>
    <p id="whisper-wrong" class="wrong" role="alert" hidden=${!wrong}>${wrong}</p>
  </form>`;
}

export function KeypadDialog({ id, onClose }) {
  const [pressed, setPressed] = useState("");
  const [wrong, setWrong] = useState("");
  // One after the other: a menu must get the keys in the order in which they were pressed.
  const queue = useRef(Promise.resolve());
  const press = (key) => {
    setPressed((before) => (before + key).slice(-20));
    queue.current = queue.current
      .then(() => api(path(id, "keys"), { body: { digits: key } }))
      .then(() => setWrong(""))
      .catch((error) => setWrong(words(error)));
  };
  useEffect(() => {
    const typed = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !KEYS.includes(event.key)) return;
      event.preventDefault();
      press(event.key);
    };
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  }, []);
  return html`<${Dialog} title=${t("keypad")} text=${t("keypad_text")} onClose=${onClose}>
    <output class="pressed mono num" aria-label=${t("keypad_pressed")}>${pressed || " "}</output>
    <div class="keypad">
      ${KEYS.map((key) => html`<button type="button" key=${key} class="button" onClick=${() => press(key)}>${key}</button>`)}
    </div>
    <p class="wrong" role="alert">${wrong}</p>
  <//>`;
}

export function AskDialog({ id, onClose }) {
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState(["", "", ""]);
  const [asked, setAsked] = useState(null); // null, "waiting", or the server's answer
  const [wrong, setWrong] = useState("");
  const open = useRef(true);
  useEffect(() => () => (open.current = false), []);
  const ask = async (event) => {
    event.preventDefault();
    setAsked("waiting");
    setWrong("");
    try {
      const body = { question: question.trim(), options: options.map((one) => one.trim()).filter(Boolean) };
      const answer = await api(path(id, "ask"), { body, timeout_ms: (ANSWER_WITHIN_S + 10) * 1000 });
      if (open.current) setAsked(answer);
      else toast(answer.answered ? t("ask_answer", answer) : t("ask_none"), answer.answered ? "good" : "warn");
    } catch (error) {
      if (!open.current) return toast(words(error), "bad");
      setAsked(null);
      setWrong(words(error));
    }
  };
  if (asked !== null) return html`<${Asked} asked=${asked} question=${question} onClose=${onClose} />`;
  const option = (index) => (event) => setOptions((all) => all.with(index, event.target.value));
  return html`<${Dialog} title=${t("ask")} text=${t("ask_text")} onClose=${onClose}>
    <form class="stack" onSubmit=${ask}>
      <label class="field">
        <span>${t("ask_question")}</span>
        <textarea class="input" required maxlength=${MOST_ASKED} value=${question} placeholder=${t("ask_example")} onInput=${(event) => setQuestion(event.target.value)}></textarea>
      </label>
      <fieldset class="options">
        <legend class="label">${t("ask_options")}</legend>
        ${options.map((one, index) => html`<input
          key=${index} class="input" maxlength=${MOST_OPTION} value=${one}
          aria-label=${t("ask_option", { n: index + 1 })} placeholder=${t(`ask_option_${index}`)} onInput=${option(index)}
        />`)}
      </fieldset>
      <p class="wrong" role="alert">${wrong}</p>
      <div class="ends"><button class="button primary" disabled=${!question.trim()}>${t("ask_send")}</button></div>
    </form>
  <//>`;
}

function Asked({ asked, question, onClose }) {
  const [seconds, setSeconds] = useState(0);
  const waiting = asked === "waiting";
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, [waiting]);
  return html`<${Dialog} title=${t("ask")} text=${question} onClose=${onClose}>
    ${waiting
      ? html`<label class="stack waiting">
          <span class="small">${t("ask_waiting")}</span>
          <progress max=${ANSWER_WITHIN_S} value=${seconds}></progress>
        </label>`
      : html`<p class="notice ${asked.answered ? "" : "warn"}" role="status">
          ${asked.answered ? t("ask_answer", asked) : t("ask_none")}
        </p>`}
    <div class="ends"><button type="button" class="button" onClick=${onClose}>${waiting ? t("ask_leave") : t("close")}</button></div>
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
  return html`<${Dialog} title=${t("end")} text=${t(taken ? "end_text_taken" : "end_text")} onClose=${onClose}>
    <p class="wrong" role="alert">${wrong}</p>
    <div class="ends">
      ${!taken && html`<button type="button" class="button" disabled=${busy} onClick=${() => end(false)}>${t("end_politely")}</button>`}
      <button type="button" class="button danger primary" disabled=${busy} onClick=${() => end(true)}>${t("end_at_once")}</button>
    </div>
  <//>`;
}
