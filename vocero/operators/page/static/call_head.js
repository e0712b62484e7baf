// The head of one live call: who, what for, how long, and the buttons that act.

import { api, duration, html, page, t, toast, words } from "./common.js";
import { Icon } from "./icons.js";
import { Behind, isListening } from "./listen_panel.js";
import { useNow } from "./live_clock.js";
import { PhaseBadge, isMachine, nameOf } from "./live_parts.js";
import { machineWords } from "./live_transcript.js";
import { OutcomeBadge } from "./past_format.js";
import { noSoundBecause } from "./sound_context.js";

/** Phases in which the agent or the line can still be told something. */
export const CAN_BE_STEERED = new Set(["talking", "connecting", "ringing", "dialing"]);

/**
 * `shown`: all that is known of the call; `state`: as call_state.js has it; `revealed`: null or the
 * names and numbers in full. The children are the buttons.
 */
export function Head({ shown, phase, state, listener, revealed, setRevealed, children }) {
  const { business, customer, taken_over_by, machine, listeners, wanted } = shown;
  const forWhom = [customer.name, customer.number].filter(Boolean).join(" ");
  const heard = listeners > 0 && !state.over;
  return html`<section class="card call-head" aria-labelledby="call-title">
    <div class="row apart">
      <span class="row">
        <${PhaseBadge} phase=${phase} />
        ${taken_over_by && html`<${Taken} name=${taken_over_by} />`}
        ${isMachine(machine) && html`<span class="badge warn">${machineWords(machine)}</span>`}
        ${isListening(listener) && html`<${Behind} listener=${listener} />`}
        ${heard && html`<span class="badge num">${t("live_listeners", { n: listeners })}</span>`}
      </span>
      <${Clock} shown=${shown} state=${state} />
    </div>
    <div>
      <div class="row">
        <h1 id="call-title">${nameOf(shown)}</h1>
        <span class="muted num">${business.name ? business.number : ""}</span>
        <${Reveal} id=${shown.id} revealed=${revealed} setRevealed=${setRevealed} />
      </div>
      <p class="muted">${t("live_for", { customer: forWhom })}</p>
    </div>
    ${wanted && html`<p class="wanted"><span class="label">${t("wanted")}</span> ${wanted}</p>`}
    <div class="row acting">${children}</div>
  </section>`;
}

function Taken({ name }) {
  return html`<span class="badge solid">${t("live_taken", { name })}</span>`;
}

function Clock({ shown, state }) {
  const now = useNow(state.ahead_s);
  const from = shown.talking_since ?? shown.began_at ?? shown.created_at;
  const until = state.over ? (state.over.summary?.ended_at ?? from) : now;
  return html`<span class="big-number ${shown.talking_since ? "" : "faint"}">
    <span class="hidden-words">${t("live_time")} </span>${duration(until - from)}
  </span>`;
}

function Reveal({ id, revealed, setRevealed }) {
  const reveal = async () => {
    if (revealed) return setRevealed(null);
    try {
      const path = `calls/${encodeURIComponent(id)}/reveal`;
      const { business, customer } = await api(path, { body: {} });
      setRevealed({ business, customer });
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  return html`<button
    type="button"
    class="button quiet slim"
    aria-pressed=${revealed !== null}
    onClick=${reveal}
  >
    ${revealed ? t("hide") : t("reveal")}
  </button>`;
}

/** In place of the buttons, so that nothing moves when a call ends. */
export function Over({ over, showPast }) {
  const { summary } = over;
  return html`
    <p class="row" role="alert">
      <b>${t("call_over")}</b>
      ${summary && html`<${OutcomeBadge} status=${summary.status} />`}
    </p>
    <button type="button" class="button primary" onClick=${showPast}>${t("call_over_see")}</button>
  `;
}

/** `taken`: who has the call, or ""; `mine`: whether that is this page; `onAct(dialog)`. */
export function Acting({ phase, taken, mine, onAct }) {
  const talking = phase === "talking";
  const steered = CAN_BE_STEERED.has(phase);
  const silent = noSoundBecause() !== "";
  // After a reload this operator may take up again what is still theirs.
  const taker = taken && !mine && taken !== page.name ? t("take_busy", { name: taken }) : "";
  const blocked = silent ? t("take_no_sound") : !talking ? t("take_not_yet") : taker;
  const act = (dialog) => () => onAct(dialog);
  return html`
    ${!mine &&
    html`<button
      type="button"
      class="button danger"
      disabled=${blocked !== ""}
      title=${blocked}
      onClick=${act("take")}
    >
      <${Icon} name="microphone" />${t("take")}
    </button>`}
    <button type="button" class="button" disabled=${!talking} onClick=${act("keys")}>
      ${t("keypad")}
    </button>
    <button type="button" class="button" disabled=${!steered} onClick=${act("ask")}>
      ${t("ask")}
    </button>
    ${taker && html`<span class="small muted">${taker}</span>`}
    ${silent && html`<a class="small" href="#sound">${t("no_sound_why")}</a>`}
    <button
      type="button"
      class="button end-button"
      disabled=${!steered}
      onClick=${act("end")}
    >
      ${t("end")}…
    </button>
  `;
}
