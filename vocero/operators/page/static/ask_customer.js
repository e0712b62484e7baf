// A question to the customer, on WhatsApp, while the call goes on.

import { api, html, t, toast, words } from "./common.js";
import { useEffect, useRef, useState } from "./vendor/htm-preact.module.js";
import { Dialog } from "./dialog.js";
import { path } from "./steer.js";

const MOST_ASKED = 300;
const MOST_OPTION = 60;
const ANSWER_WITHIN_S = 30;
const ANSWER_TIMEOUT_MS = (ANSWER_WITHIN_S + 10) * 1000;

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
      const body = {
        question: question.trim(),
        options: options.map((one) => one.trim()).filter(Boolean),
      };
      const answer = await api(path(id, "ask"), { body, timeout_ms: ANSWER_TIMEOUT_MS });
      if (open.current) setAsked(answer);
      else toast(answerWords(answer), answer.answered ? "good" : "warn");
    } catch (error) {
      if (!open.current) return toast(words(error), "bad");
      setAsked(null);
      setWrong(words(error));
    }
  };
  if (asked !== null) {
    return html`<${Asked} asked=${asked} question=${question} onClose=${onClose} />`;
  }
  const typed = (event) => setQuestion(event.target.value);
  const option = (index) => (event) => setOptions((all) => all.with(index, event.target.value));
  return html`<${Dialog} title=${t("ask")} text=${t("ask_text")} onClose=${onClose}>
    <form class="stack" onSubmit=${ask}>
      <label class="field">
        <span>${t("ask_question")}</span>
        <textarea
          class="input"
          required
          maxlength=${MOST_ASKED}
          value=${question}
          placeholder=${t("ask_example")}
          onInput=${typed}
        ></textarea>
      </label>
      <fieldset class="options">
        <legend class="label">${t("ask_options")}</legend>
        ${options.map(
          (one, index) => html`<input
            key=${index}
            class="input"
            maxlength=${MOST_OPTION}
            value=${one}
            aria-label=${t("ask_option", { n: index + 1 })}
            placeholder=${t(`ask_option_${index}`)}
            onInput=${option(index)}
          />`,
        )}
      </fieldset>
      <p class="wrong" role="alert">${wrong}</p>
      <div class="ends">
        <button class="button primary" disabled=${!question.trim()}>${t("ask_send")}</button>
      </div>
    </form>
  <//>`;
}

function answerWords(answer) {
  return answer.answered ? t("ask_answer", answer) : t("ask_none");
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
          ${answerWords(asked)}
        </p>`}
    <div class="ends">
      <button type="button" class="button" onClick=${onClose}>
        ${waiting ? t("ask_leave") : t("close")}
      </button>
    </div>
  <//>`;
}
