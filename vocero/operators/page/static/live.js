// The live page: a card for each call, and what operators did last.

import "./texts_live.js";
import { html, render, t, toast } from "./common.js";
import { useEffect, useReducer, useRef } from "./vendor/htm-preact.module.js";
import { CallCard } from "./live_card.js";
import { useLiveConnection } from "./live_connection.js";
import { NOTHING, endedCount, heard, liveCount, withoutEnded } from "./live_state.js";
import { Act, OthersUnseen, nameOf } from "./live_parts.js";

const TIDY = "tidy";
const QUIET = "M6 15v2M14 14v4M22 12v8M30 14v4M38 9v14M46 13v6M54 11v10M62 14v4M70 15v2";

function nextState(state, message) {
  return message === TIDY ? withoutEnded(state) : heard(state, message, Date.now());
}

function LivePage() {
  const [state, tell] = useReducer(nextState, NOTHING);
  const { levels, link } = useLiveConnection(tell);
  useTold(state);
  const live = liveCount(state);
  const { ahead_s } = state;
  const card = (slot) =>
    slot && html`<${CallCard} key=${slot.card.id} ...${{ slot, levels, ahead_s }} />`;
  return html`<div class="with-side">
    <section class="live-main" aria-labelledby="live-title">
      <div class="page-head">
        <div class="row">
          <h1 id="live-title">${t("live_title")}</h1>
          <span class="badge num">
            ${state.known ? t("live_count", { n: live }) : t("connecting")}
          </span>
        </div>
        <button
          type="button"
          class="button quiet slim ${endedCount(state) ? "" : "away"}"
          onClick=${() => tell(TIDY)}
        >${t("live_tidy")}</button>
      </div>
      ${!state.others && html`<${OthersUnseen} />`}
      ${state.slots.length
        ? html`<ul class="call-cards ${link.live ? "" : "stale"}">
            ${state.slots.map(card)}
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
    // Without a summary how it ended could not be read.
    const outcome = t(`status_${summary?.status ?? ""}`);
    toast(
      t("live_went", { business: nameOf(card), outcome }),
      summary?.status === "booked" ? "good" : "",
    );
  }, [state.went]);
}

function NoCalls({ known }) {
  if (!known) return html`<div key="loading" class="card empty live-empty"><p>${t("loading")}</p></div>`;
  return html`<div key="none" class="card empty live-empty">
    <svg class="quiet-waves" viewBox="0 0 80 32" aria-hidden="true"><path d=${QUIET} /></svg>
    <h2>${t("live_none")}</h2>
    <p>${t("live_none_hint")}</p>
    <a href="/operator/calls">${t("live_past")}</a>
  </div>`;
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
      ${acts.length === 0 && html`<p class="muted small">${t("acts_none")}</p>`}
      ${acts.map((act) => html`<${Act} key=${act.number} act=${act} />`)}
    </div>
  </aside>`;
}

render(html`<${LivePage} />`, document.getElementById("page"));
