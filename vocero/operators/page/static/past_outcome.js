// What came of a past call, and the business's own words behind it.

import { html, t } from "./common.js";
import { OutcomeBadge, slotWords } from "./past_format.js";
import { heardFrom } from "./past_lines.js";

/** `playFrom(second of the recording)`, or null where there is nothing to hear. */
export function Outcome({ call, playFrom }) {
  const { result, quote } = call;
  const unproven = !quote && call.status === "unconfirmed";
  const who = result?.professional_name ? t("past_with", { name: result.professional_name }) : "";
  const slot = [result && slotWords(result), who].filter(Boolean).join(" ");
  return html`<section class=${`card past-outcome${quote ? " has-quote" : ""}`}
      aria-labelledby="outcome-title">
    <div class="stack">
      <div class="row"><h2 id="outcome-title">${t("calls_outcome")}</h2>
        <${OutcomeBadge} status=${call.status} /></div>
      ${slot && html`<p class="big-number" dir="auto">${slot}</p>`}
      ${unproven && html`<p class="notice warn">${t("past_no_evidence")}</p>`}
      <${Facts} call=${call} />
    </div>
    ${quote && html`<${Evidence} ...${{ call, quote, playFrom }} />`}
  </section>`;
}

function Evidence({ call, quote, playFrom }) {
  const from = heardFrom({ ...quote, speaker: "business" }, call.sound_began);
  return html`<figure class="quote">
    <figcaption class="label">${t("past_evidence")}</figcaption>
    <blockquote dir="auto">${quote.text}</blockquote>
    ${
      playFrom &&
      html`<button class="button slim" type="button" onClick=${() => playFrom(from)}>
      <svg class="solid" viewBox="0 0 20 20" aria-hidden="true"><path d="M6 3.5v13l10-6.5z" /></svg>
      ${t("past_hear_it")}</button>`
    }
  </figure>`;
}

function Facts({ call }) {
  const { result, ending } = call;
  const blame = ending?.blame ? ` (${t("past_blame", { who: t(`blame_${ending.blame}`) })})` : "";
  const facts = [
    ["past_wanted", call.wanted],
    ["past_notes", result?.notes],
    ["past_instructions", result?.instructions],
    ["past_ended_by", ending && (t(`cause_${ending.cause}`) || ending.cause) + blame],
    ["past_detail", ending?.detail],
  ].filter(([, text]) => text);
  return html`<dl class="facts">${facts.map(
    ([key, text]) => html`
    <div key=${key}><dt>${t(key)}</dt><dd dir="auto">${text}</dd></div>`,
  )}</dl>`;
}
