// The transcript of a live call as it is spoken. It stays at its end until somebody scrolls up.

import { duration, html, milliseconds, t } from "./common.js";
import { useLayoutEffect, useMemo, useRef, useState } from "./vendor/htm-preact.module.js";
import { linesOf } from "./transcript.js";

const NEAR_END_PX = 48;

/** `over`: whether the call has ended, and nothing in it runs any more. */
export function LiveTranscript({ entries, over }) {
  const lines = useMemo(() => linesOf(entries), [entries]);
  const box = useRef(null);
  const [behind, setBehind] = useState(false);
  useLayoutEffect(() => {
    if (!behind) toEnd(box.current);
  }, [lines, behind]);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    setBehind(scrollHeight - scrollTop - clientHeight > NEAR_END_PX);
  };
  return html`<div class="transcript-box">
    <div
      ref=${box}
      class="transcript"
      role="log"
      tabindex="0"
      aria-label=${t("transcript")}
      onScroll=${scrolled}
    >
      ${lines.length === 0 && html`<p class="muted small">${t("transcript_none")}</p>`}
      ${lines.map((line) => html`<${Line} key=${line.key} line=${line} over=${over} />`)}
    </div>
    ${behind &&
    html`<button type="button" class="button slim to-end" onClick=${() => setBehind(false)}>
      ${t("transcript_newest")} ↓
    </button>`}
  </div>`;
}

function toEnd(box) {
  box.scrollTop = box.scrollHeight;
}

function Line({ line, over }) {
  const at = html`<time class="num faint">${duration(line.at_s)}</time>`;
  switch (line.type) {
    case "said":
      return html`<${Said} line=${line} at=${at} />`;
    case "tool":
      return html`<${Tool} line=${line} at=${at} over=${over} />`;
    case "told":
      if (line.speaker === "vocero") return html`<${Told} line=${line} at=${at} />`;
      return html`<div class="talk aside ${line.speaker}">
        ${at}
        <p><b class="who ${line.speaker}">${t(`told_by_${line.speaker}`)}</b> ${line.text}</p>
      </div>`;
    case "taken":
    case "returned":
      return html`<div class="talk turn ${line.type}">
        ${at}
        <p>
          ${t(`line_${line.type}`, { name: line.text })}
          ${line.type === "returned" && line.text && html`<span>: ${line.text}</span>`}
        </p>
      </div>`;
    case "trouble":
      return html`<div class="talk note bad">${at}<p>${t("line_trouble")} ${line.text}</p></div>`;
    default:
      return html`<div class="talk note">${at}<p>${noteWords(line)}</p></div>`;
  }
}

function noteWords({ type, text, speaker }) {
  switch (type) {
    case "phase":
      return t(`phase_${text}`) || text;
    case "machine":
      return machineWords(text);
    case "keys":
      return html`${t("line_keys", { who: t(`speaker_${speaker}`) })} <kbd>${text}</kbd>`;
    default:
      return t("line_interrupted");
  }
}

export function machineWords(verdict) {
  return t(`machine_${verdict.split("_")[0]}`) || verdict;
}

function Said({ line, at }) {
  const { speaker, text, unsaid, answer_ms } = line;
  const quick = answer_ms === null ? "" : t("answered_in", { time: milliseconds(answer_ms) });
  const hint = t("unsaid_hint");
  return html`<div class="talk said ${speaker}">
    <p class="talk-head">
      <b class="who ${speaker}">${t(`speaker_${speaker}`)}</b> ${at}
      ${quick && html`<span class="faint num" title=${t("answer_hint")}>${quick}</span>`}
    </p>
    <p class="bubble">
      ${text}${" "}
      ${unsaid && html`<s title=${hint}><i class="hidden-words">${hint}: </i>${unsaid}</s>`}
    </p>
  </div>`;
}

/** What Vocero itself tells the agent is long and for machines: folded. */
function Told({ line, at }) {
  return html`<div class="talk note tool">
    ${at}
    <details>
      <summary>${t("told_by_vocero")}</summary>
      <p class="small">${line.text}</p>
    </details>
  </div>`;
}

function Tool({ line, at, over }) {
  const { name, asked, answered } = line;
  const runs = answered === null && !over;
  return html`<div class="talk note tool">
    ${at}
    <details>
      <summary>
        ${t("line_tool")} <code>${name}</code>
        ${runs && html`<span class="faint"> ${t("tool_runs")}</span>`}
      </summary>
      ${asked && html`<pre>${asked}</pre>`}
      ${answered && html`<pre>→ ${answered}</pre>`}
    </details>
  </div>`;
}
