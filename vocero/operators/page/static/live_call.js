// The page of one live call: what is said, how it sounds, how healthy it is, and the ways to act.

import "./texts_live.js";
import "./texts_steer.js";
import { html, render, t, toast } from "./common.js";
import { useEffect, useReducer, useState } from "./vendor/htm-preact.module.js";
import { AskDialog } from "./ask_customer.js";
import { Acting, CAN_BE_STEERED, Head, Over } from "./call_head.js";
import { CallActs, Health } from "./call_side.js";
import { begun, heard } from "./call_state.js";
import { GrowingWave } from "./growing_wave.js";
import { ListenButton, ListenPanel, isListening, useListener } from "./listen_panel.js";
import { useLiveConnection } from "./live_connection.js";
import { nameOf } from "./live_parts.js";
import { LiveTranscript } from "./live_transcript.js";
import { EndDialog, KeypadDialog, Whisper } from "./steer.js";
import { HandBackDialog, SpeakingBar, TakeOverDialog } from "./take_over_panel.js";
import { holds, takeoverWords, useTakeOver } from "./take_over_panel.js";

const DIALOGS = {
  keys: KeypadDialog,
  ask: AskDialog,
  end: EndDialog,
  take: TakeOverDialog,
  hand: HandBackDialog,
};

/** `full`: the server's answer for one call; `showPast()`: draw the page of the ended call. */
export function mountLiveCall(root, full, { showPast }) {
  render(html`<${LiveCall} full=${full} showPast=${showPast} />`, root);
}

function useLiveCall(full) {
  const [state, tell] = useReducer(heard, full, begun);
  const { levels } = useLiveConnection(tell, full.id);
  return { state, levels };
}

/** Null until the server's clock is known. */
function secondOf(state) {
  return state.card && Date.now() / 1000 + state.ahead_s - state.card.began_at;
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
  const ask = (dialog) => () => setAsked(dialog);
  // Whoever speaks has to hear the business too.
  const hear = () => {
    if (!isListening(listener)) listener.start();
  };
  const head = { shown, phase, state, listener, revealed, setRevealed };
  const acting = { phase, taken, mine, onAct: setAsked };
  const wave = { levels, id: full.id, second: () => secondOf(state), taken: () => taken !== "" };
  const dialog = { id: full.id, takeover, taken: mine, onBegin: hear, onClose: ask("") };
  const bar = { takeover, covered: asked !== "", onHandBack: ask("hand"), onEnd: ask("end") };
  const panel = { listener, levels, id: full.id, taken: taken !== "" };
  const Open = DIALOGS[asked];
  return html`
    ${mine && html`<${SpeakingBar} ...${bar} />`}
    ${state.unseen &&
    html`<div class="notice warn" role="alert">${t("call_unseen")}</div>`}
    <div class="with-side one-call">
      <div class="stack">
        <${Head} ...${head}>
          ${state.over
            ? html`<${Over} over=${state.over} showPast=${showPast} />`
            : html`<${ListenButton} listener=${listener} /><${Acting} ...${acting} />`}
        <//>
        <section class="card" aria-labelledby="transcript-title">
          <${GrowingWave} ...${wave} />
          <h2 id="transcript-title" class="hidden-words">${t("transcript")}</h2>
          <${LiveTranscript} entries=${state.entries} over=${state.over !== null} />
          <${Whisper} id=${full.id} disabled=${!CAN_BE_STEERED.has(phase)} />
        </section>
      </div>
      <div class="stack">
        <${ListenPanel} ...${panel} />
        <${Health} figures=${state.figures} entries=${state.entries} />
        <${CallActs} acts=${state.acts} />
      </div>
    </div>
    ${Open && html`<${Open} ...${dialog} />`}
  `;
}
