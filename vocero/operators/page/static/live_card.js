// The card of one call on the live page. Every card is as high as every other, whatever is known.

import { duration, html, t } from "./common.js";
import { Meters, useNow } from "./live_clock.js";
import { PhaseBadge, isMachine, nameOf } from "./live_parts.js";
import { machineWords } from "./live_transcript.js";
import { OutcomeBadge } from "./past_format.js";

/** `slot`: { card, ended } as live_state.js has it. */
export function CallCard({ slot, levels, ahead_s }) {
  const { card, ended } = slot;
  const { id, business, customer, taken_over_by } = card;
  const forWhom = t("live_for", { customer: customer.name || customer.number });
  const kinds = ["card call-card", ended && "over", taken_over_by && "taken"];
  return html`<li class=${kinds.filter(Boolean).join(" ")}>
    <div class="call-card-top">
      <${State} card=${card} ended=${ended} />
      <span class="call-card-time num"><${Time} slot=${slot} ahead_s=${ahead_s} /></span>
    </div>
    <div>
      <h2 class="one-line">
        <a class="call-card-link" href="/operator/calls/${encodeURIComponent(id)}">
          ${nameOf(card)}
        </a>
        <span class="faint num"> ${business.name ? business.number : ""}</span>
      </h2>
      <p class="muted small one-line">${[card.service, forWhom].filter(Boolean).join(" · ")}</p>
    </div>
    <${Meters} levels=${levels} id=${id} taken=${taken_over_by !== ""} hidden=${ended !== null} />
    <${LastWords} card=${card} ended=${ended} />
    <div class="call-card-end small">
      <${Listeners} count=${card.listeners} ended=${ended} />
      <span class="row">
        <${Language} language=${card.language} />
        <span class="open" aria-hidden="true">${ended ? t("live_see") : t("live_open")} →</span>
      </span>
    </div>
  </li>`;
}

function State({ card, ended }) {
  if (ended) {
    if (!ended.summary) return html`<span class="badge">${t("live_ended_away")}</span>`;
    return html`<${OutcomeBadge} status=${ended.summary.status} />`;
  }
  const { phase, taken_over_by: taker, machine } = card;
  return html`<span class="row">
    <${PhaseBadge} phase=${phase} />
    ${taker && html`<span class="badge solid">${t("live_taken", { name: taker })}</span>`}
    ${isMachine(machine) && html`<span class="badge warn">${machineWords(machine)}</span>`}
  </span>`;
}

function Time({ slot, ahead_s }) {
  const { card, ended } = slot;
  const talked_s = ended?.summary?.talked_s ?? null;
  if (ended && talked_s === null) return null;
  return html`
    <span class="hidden-words">${t("live_time")} </span>
    ${ended
      ? duration(talked_s)
      : html`<${Ticking}
          from=${card.talking_since ?? card.began_at}
          waiting=${card.talking_since === null}
          ahead_s=${ahead_s}
        />`}
  `;
}

function Ticking({ from, ahead_s, waiting }) {
  const now = useNow(ahead_s);
  return html`<span class=${waiting ? "faint" : ""}>${duration(now - from)}</span>`;
}

function LastWords({ card, ended }) {
  const { last, phase } = card;
  if (!last) {
    const words = phase === "talking" && !ended ? t("live_words_none") : "";
    return html`<p class="last-words faint">${words}</p>`;
  }
  // A paragraph of its own for each sentence: one that is written over would count as moved.
  return html`<p key=${last.text} class="last-words">
    <b class="who ${last.speaker}">${t(`speaker_${last.speaker}`)}</b> ${last.text}
  </p>`;
}

function Listeners({ count, ended }) {
  if (ended) return html`<span></span>`;
  if (!count) return html`<span class="faint">${t("live_listeners_none")}</span>`;
  return html`<span class="muted num">${t("live_listeners", { n: count })}</span>`;
}

function Language({ language }) {
  if (!language) return null;
  return html`<span class="badge">${language.slice(0, 2).toUpperCase()}</span>`;
}
