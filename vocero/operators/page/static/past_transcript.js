// What was said and done in a past call, line by line.

import { duration, html, milliseconds, t, useEffect, useRef, useState } from "./common.js";
import { fieldsOf } from "./past_lines.js";

/** For so long after somebody scrolled, the page does not follow the sound. */
const LEAVE_ALONE_MS = 4_000;

const WORDS = new Set(["said", "taken", "returned"]);

/** `lines`: of past_lines.js; `heard`: the line that sounds now; `playFrom(second)` or null. */
export function Transcript({ lines, heard, playFrom }) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.filter((line) => WORDS.has(line.type));
  const list = useRef(null);
  useFollow(list, heard);
  return html`<section class="card" aria-labelledby="transcript-title">
    <header><h2 id="transcript-title">${t("past_transcript")}</h2>
      <div class="choice" role="radiogroup" aria-label=${t("past_show")}>
        ${[false, true].map(
          (value) => html`<label key=${String(value)}>
          <input type="radio" name="shown" checked=${all === value}
            onChange=${() => setAll(value)} />
          <span>${t(value ? "past_everything" : "past_words_only")}</span></label>`,
        )}
      </div></header>
    ${shown.length === 0 && html`<p class="muted">${t("past_nothing_said")}</p>`}
    <ol ref=${list} class="past-lines">${shown.map(
      (line) => html`<${Line} key=${line.key} line=${line}
      isHeard=${line === heard} playFrom=${playFrom} />`,
    )}</ol>
  </section>`;
}

function useFollow(list, heard) {
  const scrolled = useRef(-Infinity);
  useEffect(() => {
    const note = () => {
      scrolled.current = performance.now();
    };
    addEventListener("wheel", note, { passive: true });
    addEventListener("touchmove", note, { passive: true });
    return () => {
      removeEventListener("wheel", note);
      removeEventListener("touchmove", note);
    };
  }, []);
  useEffect(() => {
    if (performance.now() - scrolled.current < LEAVE_ALONE_MS) return;
    list.current
      ?.querySelector(".is-heard")
      ?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [heard]);
}

function Line({ line, isHeard, playFrom }) {
  if (line.type === "said") return html`<${Said} ...${{ line, isHeard, playFrom }} />`;
  return html`<li class=${`past-line event ${line.type}`}>
    <span class="past-at num">${stamp(line)}</span>
    <div class="past-text"><${Event} line=${line} /></div>
  </li>`;
}

function Said({ line, isHeard, playFrom }) {
  const canPlay = playFrom && line.from !== null;
  const play = () => playFrom(line.from);
  const cut = line.unsaid && html` <span class="badge warn">${t("event_cut")}</span>`;
  const unheard = t("event_unheard", { text: line.unsaid });
  // A click anywhere on the sentence plays it, unless words in it are being marked to be copied.
  const onClick = (event) => {
    if (event.target.closest("button") || !getSelection().isCollapsed) return;
    play();
  };
  return html`<li class=${`past-line said ${line.speaker ?? ""}${isHeard ? " is-heard" : ""}`}
      aria-current=${isHeard ? "true" : undefined}>
    ${
      canPlay
        ? html`<button class="past-at past-play num" type="button" onClick=${play}
          aria-label=${t("player_from", { at: stamp(line) })}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M6 3.5v13l10-6.5z" /></svg>
          ${stamp(line)}</button>`
        : html`<span class="past-at num">${stamp(line)}</span>`
    }
    <div class=${`past-text${canPlay ? " can-play" : ""}`} onClick=${canPlay ? onClick : undefined}>
      <p class="past-who">${speakerWords(line.speaker)}
        ${
          line.answer_ms !== null &&
          html`<span class="faint">
          ${t("event_answered_in", { time: milliseconds(line.answer_ms) })}</span>`
        }</p>
      <p dir="auto">${line.text}${cut}</p>
      ${line.unsaid && html`<p class="small faint" dir="auto">${unheard}</p>`}
    </div>
  </li>`;
}

function stamp({ shown }) {
  return shown < 0 ? "" : duration(shown);
}

function speakerWords(speaker) {
  return t(`speaker_${speaker ?? ""}`) || speaker || "";
}

/** Everything in a timeline that nobody said. */
function Event({ line }) {
  const { type, text, speaker } = line;
  switch (type) {
    case "phase":
      return html`<strong>${t(`phase_${text}`) || text}</strong>`;
    case "interrupted":
      return t("event_interrupted");
    case "tool":
      return html`<${Tool} line=${line} />`;
    case "keys":
      return html`${speakerWords(speaker)}: ${t("event_keys", { keys: text })}`;
    case "machine":
      return t("event_machine", { who: t(`pickup_${text}`) || text });
    case "told":
      return html`<strong>${t("event_told_agent")}</strong>${" "}
        (${speakerWords(speaker)}): <bdi>${text}</bdi>`;
    case "taken":
      return html`<strong>${t("event_taken_over", { name: text })}</strong>`;
    case "returned":
      return html`<strong>${t("event_handed_back")}</strong>${text && html`: <bdi>${text}</bdi>`}`;
    case "trouble":
      return html`<strong>${t("event_trouble")}</strong>: <bdi>${text}</bdi>`;
    default:
      return html`<bdi>${text}</bdi>`;
  }
}

function Tool({ line }) {
  return html`<p>${t("event_tool")} <strong class="mono">${line.name}</strong></p>
    <${Fields} json=${line.asked} />
    ${
      line.answered !== null &&
      html`<p>${t("event_tool_answered")}</p>
      <${Fields} json=${line.answered} />`
    }`;
}

function Fields({ json }) {
  if (!json) return null;
  const fields = fieldsOf(json);
  if (fields === null) return html`<p class="mono small">${json}</p>`;
  return html`<dl class="fields">${fields.map(
    ([name, value]) => html`
    <div key=${name}><dt>${name}</dt><dd dir="auto">${valueWords(value)}</dd></div>`,
  )}</dl>`;
}

function valueWords(value) {
  if (Array.isArray(value)) return value.map(valueWords).join(" · ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
