// Taking a call over: the explanation before, the red bar while, the summary after.

import { html, t, toast } from "./common.js";
import { useEffect, useMemo, useRef, useState } from "./vendor/htm-preact.module.js";
import { Dialog } from "./dialog.js";
import { Meter } from "./live_clock.js";
import { TakeOver } from "./speak.js";

const MOST_SUMMARY = 500;

/** The takeover of a call, drawn anew as it changes. Leaving the page while it lasts is asked. */
export function useTakeOver(call) {
  const [, setShown] = useState(0);
  const takeover = useMemo(() => new TakeOver(call, () => setShown((count) => count + 1)), [call]);
  useEffect(() => {
    const leaving = (event) => {
      if (holds(takeover)) event.preventDefault();
    };
    addEventListener("beforeunload", leaving);
    return () => {
      removeEventListener("beforeunload", leaving);
      takeover.stop();
    };
  }, [takeover]);
  return takeover;
}

/** Whether the operator has the call, or is just getting or giving it. */
export function holds({ state }) {
  return state === "speaking" || state === "retrying" || state === "handing";
}

/** `onBegin()` is called from the click that begins it. */
export function TakeOverDialog({ takeover, onBegin, onClose }) {
  const { state, code } = takeover;
  const [begun, setBegun] = useState(false);
  useEffect(() => {
    if (begun && holds(takeover)) onClose();
  });
  const begin = () => {
    setBegun(true);
    onBegin();
    takeover.begin();
  };
  const busy = state === "asking" || state === "opening";
  const busyWords = t(state === "asking" ? "take_asking" : "take_opening");
  const close = () => {
    if (busy) takeover.stop();
    onClose();
  };
  return html`<${Dialog} title=${t("take")} onClose=${close}>
    <ul class="points">
      <li>${t("take_point_voice")}</li>
      <li>${t("take_point_agent")}</li>
      <li>${t("take_point_headphones")}</li>
    </ul>
    <p class="muted small" role="status">${busy ? busyWords : ""}</p>
    <p class="wrong" role="alert">${begun && state === "failed" ? takeoverWords(code) : ""}</p>
    <div class="ends">
      <button type="button" class="button danger primary" disabled=${busy} onClick=${begin}>
        ${t("take_begin")}
      </button>
    </div>
  <//>`;
}

export function takeoverWords(code) {
  return t(`take_error_${code}`) || t(`error_${code}`) || t("error_trouble");
}

/** The bar that cannot be overlooked. `covered`: whether a dialog is open. */
export function SpeakingBar({ takeover, covered, onHandBack, onEnd }) {
  const { state, muted } = takeover;
  const mute = useRef(null);
  // Nothing below an open dialog can be focused; the one that began this is about to go.
  useEffect(() => {
    if (!covered) mute.current.focus();
  }, [covered]);
  const follow = useMemo(
    () => (set) => {
      takeover.onLevel = set;
      return () => (takeover.onLevel = () => {});
    },
    [takeover],
  );
  const words = state === "retrying" ? "bar_retrying" : muted ? "bar_muted" : "bar_speaking";
  return html`<section class="speaking ${muted ? "muted-bar" : ""}" aria-label=${t("take")}>
    <p class="speaking-words" role="alert"><i class="lamp"></i>${t(words)}</p>
    <div class="speaking-level">
      <${Meter} follow=${follow} kind="own" label=${t("level_own")} />
    </div>
    <div class="row">
      <button
        ref=${mute}
        type="button"
        class="button"
        aria-pressed=${muted}
        onClick=${() => takeover.mute(!muted)}
      >
        ${muted ? t("unmute") : t("mute")}
      </button>
      <button
        type="button"
        class="button"
        disabled=${state !== "speaking"}
        onClick=${onHandBack}
      >
        ${t("hand_back_short")}
      </button>
      <button type="button" class="button" onClick=${onEnd}>${t("end_at_once")}</button>
    </div>
  </section>`;
}

export function HandBackDialog({ takeover, onClose }) {
  const [summary, setSummary] = useState("");
  const give = async (event) => {
    event.preventDefault();
    // Not confirmed: the line broke just now, and the agent gets the call by itself.
    if (!(await takeover.handBack(summary.trim()))) toast(takeoverWords("line_lost"), "warn");
    onClose();
  };
  return html`<${Dialog} title=${t("hand_back")} text=${t("hand_back_text")} onClose=${onClose}>
    <form class="stack" onSubmit=${give}>
      <label class="field">
        <span>${t("hand_back_summary")}</span>
        <textarea
          class="input"
          maxlength=${MOST_SUMMARY}
          value=${summary}
          placeholder=${t("hand_back_example")}
          onInput=${(event) => setSummary(event.target.value)}
        ></textarea>
      </label>
      <div class="ends">
        <button class="button primary" disabled=${takeover.state === "handing"}>
          ${t("hand_back")}
        </button>
      </div>
    </form>
  <//>`;
}
