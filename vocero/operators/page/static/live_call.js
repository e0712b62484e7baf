// The page of one live call: what is said, how it sounds, how healthy it is, and the ways to act.

import "./texts_live.js";
import "./texts_steer.js";
import { Connection, api, duration, html, median, milliseconds, number, render, t, toast, words } from "./common.js";
import { useEffect, useMemo, useReducer, useState } from "./vendor/htm-preact.module.js";
import { begun, heard } from "./call_state.js";
import { GrowingWave } from "./growing_wave.js";
import { Behind, ListenButton, ListenPanel, isListening, useListener } from "./listen_panel.js";
import { ConnectionBadge, Levels, useNow } from "./live_clock.js";
import { Act, PhaseBadge, isMachine, nameOf } from "./live_parts.js";
import { LiveTranscript, machineWords } from "./live_transcript.js";
import { OutcomeBadge } from "./past_format.js";
import { noSoundBecause } from "./sound_context.js";
import { AskDialog, EndDialog, KeypadDialog, Whisper } from "./steer.js";
import { HandBackDialog, SpeakingBar, TakeOverDialog, holds, takeoverWords, useTakeOver } from "./take_over_panel.js";
import { answerTimes } from "./transcript.js";

const CAN_BE_STEERED = new Set(["talking", "connecting", "ringing", "dialing"]);

/** `full`: the server's answer for one call; `showPast()`: draw the page of the ended call. */
export function mountLiveCall(root, full, { showPast }) {
  render(html`<${LiveCall} full=${full} showPast=${showPast} />`, root);
}

function useLiveCall(full) {
  const [state, tell] = useReducer(heard, full, begun);
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
    connection.watch(full.id);
    return () => connection.close();
  }, [full.id]);
  useEffect(() => {
    const place = document.getElementById("connection");
    render(html`<${ConnectionBadge} state=${link} />`, place);
    return () => render(null, place);
  }, [link]);
  return { state, link, levels };
}

function LiveCall({ full, showPast }) {
  const { state, levels } = useLiveCall(full);
  const listener = useListener(full.id);
  const takeover = useTakeOver(full.id);
  const [asked, setAsked] = useState(""); // Which dialog is open.
  const [revealed, setRevealed] = useState(null);
  const shown = { ...full, ...state.card, ...revealed };
  const phase = state.over ? "ended" : shown.phase;
  const taken = shown.taken_over_by;
  const mine = holds(takeover);
  useEffect(() => {
    document.title = `${nameOf(shown)} · Vocero`;
  }, [shown.business.name]);
  useEffect(() => {
    if (!state.over) return;
    setAsked("");
    takeover.stop();
  }, [state.over]);
  useEffect(() => {
    if (takeover.state === "failed" && asked !== "take") toast(takeoverWords(takeover.code), "bad");
  }, [takeover.state]);
  const close = () => setAsked("");
  // Whoever speaks has to hear the business too.
  const hear = () => {
    if (!isListening(listener)) listener.start();
  };
  const dialogs = { keys: KeypadDialog, ask: AskDialog, end: EndDialog, take: TakeOverDialog, hand: HandBackDialog };
  const Open = dialogs[asked];
  return html`
    ${mine && html`<${SpeakingBar} takeover=${takeover} covered=${asked !== ""} onHandBack=${() => setAsked("hand")} onEnd=${() => setAsked("end")} />`}
    <div class="with-side one-call">
      <div class="stack">
        <${Head} shown=${shown} phase=${phase} state=${state} listener=${listener} revealed=${revealed} setRevealed=${setRevealed}>
          ${state.over
            ? html`<${Over} over=${state.over} showPast=${showPast} />`
            : html`<${ListenButton} listener=${listener} /><${Acting} phase=${phase} taken=${taken} mine=${mine} onAct=${setAsked} />`}
        <//>
        <section class="card" aria-labelledby="transcript-title">
          <${GrowingWave} levels=${levels} id=${full.id} second=${() => secondOf(state)} taken=${() => taken !== ""} />
          <h2 id="transcript-title" class="hidden-words">${t("transcript")}</h2>
          <${LiveTranscript} entries=${state.entries} over=${state.over !== null} />
          <${Whisper} id=${full.id} disabled=${!CAN_BE_STEERED.has(phase)} />
        </section>
      </div>
      <div class="stack">
        <${ListenPanel} listener=${listener} levels=${levels} id=${full.id} taken=${taken !== ""} />
        <${Health} state=${state} />
        <${CallActs} acts=${state.acts} />
      </div>
    </div>
    ${Open && html`<${Open} id=${full.id} takeover=${takeover} taken=${mine} onBegin=${hear} onClose=${close} />`}
  `;
}

/** Null until the server's clock is known. */
function secondOf(state) {
  return state.card && Date.now() / 1000 + state.ahead_s - state.card.began_at;
}

/** In place of the buttons, so that nothing moves when a call ends. */
function Over({ over, showPast }) {
  const status = over.summary?.status;
  return html`
    <p class="row" role="alert"><b>${t("call_over")}</b> ${over.summary && html`<${OutcomeBadge} status=${status} />`}</p>
    <button type="button" class="button primary" onClick=${showPast}>${t("call_over_see")}</button>
  `;
}

function Head({ shown, phase, state, listener, revealed, setRevealed, children }) {
  const taken = shown.taken_over_by;
  return html`<section class="card call-head" aria-labelledby="call-title">
    <div class="row apart">
      <span class="row">
        <${PhaseBadge} phase=${phase} />
        ${taken && html`<span class="badge solid">${t("live_taken", { name: taken })}</span>`}
        ${isMachine(shown.machine) && html`<span class="badge warn">${machineWords(shown.machine)}</span>`}
        ${isListening(listener) && html`<${Behind} listener=${listener} />`}
        ${shown.listeners > 0 && !state.over && html`<span class="badge num">${t("live_listeners", { n: shown.listeners })}</span>`}
      </span>
      <${Clock} shown=${shown} state=${state} />
    </div>
    <div>
      <div class="row">
        <h1 id="call-title">${nameOf(shown)}</h1>
        <span class="muted num">${shown.business.name ? shown.business.number : ""}</span>
        <${Reveal} id=${shown.id} revealed=${revealed} setRevealed=${setRevealed} />
      </div>
      <p class="muted">
        ${t("live_for", { customer: [shown.customer.name, shown.customer.number].filter(Boolean).join(" ") })}
      </p>
    </div>
    ${shown.wanted && html`<p class="wanted"><span class="label">${t("wanted")}</span> ${shown.wanted}</p>`}
    <div class="row acting">${children}</div>
  </section>`;
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
      const { business, customer } = await api(`calls/${encodeURIComponent(id)}/reveal`, { body: {} });
      setRevealed({ business, customer });
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  return html`<button type="button" class="button quiet slim" aria-pressed=${revealed !== null} onClick=${reveal}>
    ${revealed ? t("hide") : t("reveal")}
  </button>`;
}

function Acting({ phase, taken, mine, onAct }) {
  const talking = phase === "talking";
  const steered = CAN_BE_STEERED.has(phase);
  const taker = taken && !mine ? t("take_busy", { name: taken }) : "";
  const blocked = noSoundBecause() ? t("take_no_sound") : !talking ? t("take_not_yet") : taker;
  return html`
    ${!mine && html`<button type="button" class="button danger" disabled=${blocked !== ""} title=${blocked} onClick=${() => onAct("take")}>
      <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M7.5 5a2.5 2.5 0 0 1 5 0v4.5a2.5 2.5 0 0 1-5 0zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v3" /></svg>
      ${t("take")}
    </button>`}
    <button type="button" class="button" disabled=${!talking} onClick=${() => onAct("keys")}>${t("keypad")}</button>
    <button type="button" class="button" disabled=${!steered} onClick=${() => onAct("ask")}>${t("ask")}</button>
    ${taker && html`<span class="small muted">${taker}</span>`}
    ${noSoundBecause() && html`<a class="small" href="#sound">${t("no_sound_why")}</a>`}
    <button type="button" class="button end-button" disabled=${!steered} onClick=${() => onAct("end")}>${t("end")}…</button>
  `;
}

function Health({ state }) {
  const { figures, entries } = state;
  const times = useMemo(() => answerTimes(entries), [entries]);
  const last = times.at(-1) ?? figures.answer_ms;
  const count = (value) => (value === undefined || value === null ? "–" : number(value));
  const figure = (key, value) => html`<div><dt title=${t(`figure_${key}_hint`)}>${t(`figure_${key}`)}</dt><dd>${value}</dd></div>`;
  return html`<section class="card" aria-labelledby="health-title">
    <header><h2 id="health-title">${t("health")}</h2></header>
    <dl class="figures">
      ${figure("answer", milliseconds(last))}
      ${figure("median", milliseconds(median(times)))}
      ${figure("lead", milliseconds(figures.lead_ms))}
      ${figure("waiting", milliseconds(figures.waiting_ms))}
      ${figure("underruns", count(figures.underruns))}
      ${figure("dropped", count(figures.dropped))}
    </dl>
  </section>`;
}

function CallActs({ acts }) {
  const newest = acts.toSorted((a, b) => b.number - a.number);
  return html`<section class="card" aria-labelledby="acts-title">
    <header><h2 id="acts-title">${t("acts_title")}</h2></header>
    <div class="call-acts">
      ${newest.length ? newest.map((act) => html`<${Act} key=${act.number} act=${act} linked=${false} />`) : html`<p class="muted small">${t("acts_none")}</p>`}
    </div>
  </section>`;
}
