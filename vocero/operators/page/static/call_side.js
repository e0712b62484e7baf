// Beside one live call: how healthy it is, and what operators did in it.

import { html, median, milliseconds, number, t } from "./common.js";
import { useMemo } from "./vendor/htm-preact.module.js";
import { Act } from "./live_parts.js";
import { answerTimes } from "./transcript.js";

/** `figures`: the bridge's last ones; `entries`: the timeline, which has the answer times. */
export function Health({ figures, entries }) {
  const times = useMemo(() => answerTimes(entries), [entries]);
  const last = times.at(-1) ?? figures.answer_ms;
  return html`<section class="card" aria-labelledby="health-title">
    <header><h2 id="health-title">${t("health")}</h2></header>
    <dl class="figures">
      <${Figure} name="answer" value=${milliseconds(last)} />
      <${Figure} name="median" value=${milliseconds(median(times))} />
      <${Figure} name="lead" value=${milliseconds(figures.lead_ms)} />
      <${Figure} name="waiting" value=${milliseconds(figures.waiting_ms)} />
      <${Figure} name="underruns" value=${count(figures.underruns)} />
      <${Figure} name="dropped" value=${count(figures.dropped)} />
    </dl>
  </section>`;
}

function count(value) {
  return value === undefined || value === null ? "–" : number(value);
}

function Figure({ name, value }) {
  return html`<div>
    <dt title=${t(`figure_${name}_hint`)}>${t(`figure_${name}`)}</dt>
    <dd>${value}</dd>
  </div>`;
}

export function CallActs({ acts }) {
  const newest = acts.toSorted((a, b) => b.number - a.number);
  return html`<section class="card" aria-labelledby="acts-title">
    <header><h2 id="acts-title">${t("acts_title")}</h2></header>
    <div class="call-acts">
      ${newest.length === 0 && html`<p class="muted small">${t("acts_none")}</p>`}
      ${newest.map((act) => html`<${Act} key=${act.number} act=${act} linked=${false} />`)}
    </div>
  </section>`;
}
