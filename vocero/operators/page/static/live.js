// The live page: a card for each call, and what operators did last.

import "./texts_live.js";
import { Connection, duration, html, render, t, toast } from "./common.js";
import { useEffect, useMemo, useReducer, useRef, useState } from "./vendor/htm-preact.module.js";
import { ConnectionBadge, Levels, Meter, useNow } from "./live_clock.js";
import { NOTHING, endedCount, heard, liveCount, withoutEnded } from "./live_state.js";
import { Act, PhaseBadge, isMachine, nameOf } from "./live_parts.js";
import { OutcomeBadge } from "./past_format.js";

const TIDY = "tidy";

function nextState(state, message) {
  return message === TIDY ? withoutEnded(state) : heard(state, message, Date.now());
}

function LivePage() {
  const [state, tell] = useReducer(nextState, NOTHING);
  const [link, setLink] = useState({ live: false, first: true, since: Date.now() });
  const levels = useMemo(() => new Levels(), []);
  useEffect(() => {
    const connection = new Connection({
      onMessage: (message) => (message.type === "levels" ? levels.push(message.levels) : tell(message)),
      onState: (now) => {
        if (!now.live) levels.push({});
        setLink((before) => ({ ...now, first: before.first && !now.live }));
      },
    });
    return () => connection.close();
  }, []);
  useEffect(() => {
    render(html`<${ConnectionBadge} state=${link} />`, document.getElementById("connection"));
  }, [link]);
  useTold(state);
  const live = liveCount(state);
  return html`<div class="with-side">
    <section class="live-main" aria-labelledby="live-title">
      <div class="page-head">
        <div class="row">
          <h1 id="live-title">${t("live_title")}</h1>
          <span class="badge num">${state.known ? t("live_count", { n: live }) : t("connecting")}</span>
        </div>
        <button
          type="button"
          class="button quiet slim ${endedCount(state) ? "" : "away"}"
          onClick=${() => tell(TIDY)}
        >${t("live_tidy")}</button>
      </div>
      ${state.slots.length
        ? html`<ul class="call-cards ${link.live ? "" : "stale"}">
            ${state.slots.map((slot) => slot && html`<${CallCard} key=${slot.card.id} slot=${slot} levels=${levels} ahead_s=${state.ahead_s} />`)}
          </ul>`
        : html`<${NoCalls} known=${state.known} />`}
    </section>
    <${Acts} acts=${state.acts} />
  </div>`;
}

/** Calls that come and go are said in words, for those who look or hear elsewhere. */
function useTold(state) {
  const live = liveCount(state);
  useEffect(() => {
    document.title = `${live ? `(${live}) ` : ""}${t("live_title")} · Vocero`;
  }, [live]);
  useEffect(() => {
    if (state.came) toast(t("live_came", { business: nameOf(state.came.card) }));
  }, [state.came]);
  useEffect(() => {
    if (!state.went) return;
    const { card, summary } = state.went;
    const outcome = t(`status_${summary.status ?? ""}`);
    toast(t("live_went", { business: nameOf(card), outcome }), summary.status === "booked" ? "good" : "");
  }, [state.went]);
}

function NoCalls({ known }) {
  if (!known) return html`<div class="card empty live-empty"><p>${t("loading")}</p></div>`;
  return html`<div class="card empty live-empty">
    <svg class="quiet-waves" viewBox="0 0 80 32" aria-hidden="true"><path d="M6 15v2M14 14v4M22 12v8M30 14v4M38 9v14M46 13v6M54 11v10M62 14v4M70 15v2" /></svg>
    <h2>${t("live_none")}</h2>
    <p>${t("live_none_hint")}</p>
    <a href="/operator/calls">${t("live_past")}</a>
  </div>`;
}

function CallCard({ slot, levels, ahead_s }) {
  const { card, ended } = slot;
  const { id, phase, last } = card;
  const talked_s = ended?.summary?.talked_s ?? null;
  const follow = useMemo(
    () => ({
      business: (set) => levels.follow(id, (left) => set(left)),
      agent: (set) => levels.follow(id, (_, right) => set(right)),
    }),
    [id],
  );
  return html`<li class="card call-card ${ended ? "over" : ""} ${card.taken_over_by ? "taken" : ""}">
    <div class="call-card-top">
      <${State} card=${card} ended=${ended} />
      <span class="call-card-time num">
        ${(!ended || talked_s !== null) && html`<span class="hidden-words">${t("live_time")} </span>`}
        ${ended
          ? talked_s !== null && duration(talked_s)
          : html`<${Ticking} from=${card.talking_since ?? card.began_at} ahead_s=${ahead_s} waiting=${card.talking_since === null} />`}
      </span>
    </div>
    <div>
      <h2 class="one-line">
        <a class="call-card-link" href="/operator/calls/${encodeURIComponent(id)}">${nameOf(card)}</a>
        <span class="faint num"> ${card.business.name ? card.business.number : ""}</span>
      </h2>
      <p class="muted small one-line">
        ${[card.service, t("live_for", { customer: card.customer.name || card.customer.number })].filter(Boolean).join(" · ")}
      </p>
    </div>
    <div class="meters" aria-hidden=${ended ? "true" : undefined}>
      <span class="small">${t("business")}</span>
      <${Meter} follow=${follow.business} kind="business" label=${t("level_business")} />
      <span class="small">${card.taken_over_by ? t("speaker_operator") : t("speaker_agent")}</span>
      <${Meter} follow=${follow.agent} kind=${card.taken_over_by ? "operator" : "agent"} label=${t("level_agent")} />
    </div>
    <p class="last-words">
      ${last
        ? html`<b class="who ${last.speaker}">${t(`speaker_${last.speaker}`)}</b> ${last.text}`
        : html`<span class="faint">${phase === "talking" && !ended ? t("live_words_none") : ""}</span>`}
    </p>
    <div class="call-card-end small">
      <span class="muted">
        ${card.listeners && !ended ? t("live_listeners", { n: card.listeners }) : html`<span class="faint">${ended ? "" : t("live_listeners_none")}</span>`}
      </span>
      <span class="row">
        ${card.language && html`<span class="badge">${card.language.slice(0, 2).toUpperCase()}</span>`}
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
  return html`<span class="row">
    <${PhaseBadge} phase=${card.phase} />
    ${card.taken_over_by && html`<span class="badge solid">${t("live_taken", { name: card.taken_over_by })}</span>`}
    ${isMachine(card.machine) && html`<span class="badge warn">${t(card.machine === "fax" ? "machine_fax" : "machine_machine")}</span>`}
  </span>`;
}

function Ticking({ from, ahead_s, waiting }) {
  const now = useNow(ahead_s);
  return html`<span class=${waiting ? "faint" : ""}>${duration(now - from)}</span>`;
}

function Acts({ acts }) {
  const box = useRef(null);
  useEffect(() => {
    const list = box.current;
    list.scrollTop = list.scrollHeight;
  }, [acts.length]);
  return html`<aside class="card live-acts" aria-labelledby="acts-title">
    <header>
      <h2 id="acts-title">${t("acts_title")}</h2>
      <a class="small" href="/operator/acts">${t("acts_all")}</a>
    </header>
    <div ref=${box} class="acts-list" role="log" tabindex="0" aria-labelledby="acts-title">
      ${acts.length ? acts.map((act) => html`<${Act} key=${act.number} act=${act} />`) : html`<p class="muted small">${t("acts_none")}</p>`}
    </div>
  </aside>`;
}

render(html`<${LivePage} />`, document.getElementById("page"));
