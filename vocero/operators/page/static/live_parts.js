// Small parts that the live page and the page of one live call share.

import { detailWords } from "./act_lines.js";
import { clock, html, t } from "./common.js";

const PHASE_TONES = { ringing: "warn", connecting: "warn", talking: "good" };

export function PhaseBadge({ phase }) {
  const tone = PHASE_TONES[phase] ?? "";
  const words = t(`phase_${phase}`) || phase;
  return html`<span class="badge dot ${tone} phase-${phase}">${words}</span>`;
}

/** Whether the verdict on who picked up is a machine's. */
export function isMachine(verdict) {
  return Boolean(verdict) && (verdict.startsWith("machine") || verdict === "fax");
}

/** A business as it may be shown: its name or initials, else its number. */
export function nameOf(card) {
  return card.business.name || card.business.number || t("live_unnamed");
}

/** Said as long as it is so: nobody should take silence for an empty house. */
export function OthersUnseen() {
  return html`<div class="notice warn" role="alert">${t("others_unseen")}</div>`;
}

/** One line of the log: when, who, what. `linked`: with a link to the call. */
export function Act({ act, linked = true }) {
  const words = t(`act_${act.act}`) || act.act;
  return html`<p class="act">
    <time class="faint num">${clock(act.at)}</time>
    <span>
      <b>${act.operator || "–"}</b>${" "}${
        linked && act.call
          ? html`<a href="/operator/calls/${encodeURIComponent(act.call)}">${words}</a>`
          : words
      }${act.detail && html`<span class="faint"> · ${detailWords(act.detail)}</span>`}
    </span>
  </p>`;
}
