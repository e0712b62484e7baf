// The panel that plays a call's sound: listen, how loud, which voice, how far behind.

import { html, t } from "./common.js";
import { useEffect, useMemo, useState } from "./vendor/htm-preact.module.js";
import { Listener } from "./listen.js";
import { Meter } from "./live_clock.js";
import { noSoundBecause } from "./sound_context.js";

const KEY = "vocero.mix";
const AS_IT_CAME = { volume: 70, balance: 0, both: false };
const TOO_FAR_BEHIND_MS = 300;

function keptMix() {
  try {
    return { ...AS_IT_CAME, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return AS_IT_CAME;
  }
}

/** The listener of a call and what is known of it, drawn anew as it changes. */
export function useListener(call) {
  const [, setShown] = useState(0);
  const listener = useMemo(() => {
    let last = "";
    return new Listener(call, (changed) => {
      // Ten reports a second come in; only what can be read is worth drawing.
      const shown = `${changed.state} ${Math.round((changed.behind_ms ?? -1) / 10)}`;
      if (shown !== last) setShown((count) => count + 1);
      last = shown;
    });
  }, [call]);
  useEffect(() => () => listener.stop(), [listener]);
  return listener;
}

export function isListening({ state }) {
  return state === "opening" || state === "on" || state === "retrying";
}

export function ListenButton({ listener }) {
  const on = isListening(listener);
  const blocked = noSoundBecause() !== "";
  return html`<button
    type="button"
    class="button ${on ? "" : "primary"}"
    aria-pressed=${on}
    disabled=${blocked || listener.state === "over"}
    onClick=${() => (on ? listener.stop() : listener.start())}
  >
    <svg viewBox="0 0 20 20" aria-hidden="true">${on
      ? html`<path d="M6 4.5v11M14 4.5v11" />`
      : html`<path d="M3 12V10a7 7 0 0 1 14 0v2M3 12a1.5 1.5 0 0 1 3 0v2.5a1.5 1.5 0 0 1-3 0zM14 12a1.5 1.5 0 0 1 3 0v2.5a1.5 1.5 0 0 1-3 0z" />`}</svg>
    ${on ? t("listen_stop") : t("listen")}
  </button>`;
}

export function ListenPanel({ listener, levels, id, taken }) {
  const [mix, setMix] = useState(keptMix);
  useEffect(() => {
    listener.setMix(mix);
    try {
      localStorage.setItem(KEY, JSON.stringify(mix));
    } catch {
      // Storage can be forbidden: then it holds for this page only.
    }
  }, [listener, mix]);
  const change = (part) => setMix((before) => ({ ...before, ...part }));
  const follow = useMemo(
    () => ({
      business: (set) => levels.follow(id, (left) => set(left)),
      agent: (set) => levels.follow(id, (_, right) => set(right)),
    }),
    [id],
  );
  return html`<section id="sound" class="card stack" aria-labelledby="sound-title">
    <header class="card-head">
      <h2 id="sound-title">${t("sound")}</h2>
      <${Behind} listener=${listener} />
    </header>
    <${NoSound} />
    <div class="meters">
      <span class="small">${t("business")}</span>
      <${Meter} follow=${follow.business} kind="business" label=${t("level_business")} />
      <span class="small">${taken ? t("speaker_operator") : t("speaker_agent")}</span>
      <${Meter} follow=${follow.agent} kind=${taken ? "operator" : "agent"} label=${t("level_agent")} />
    </div>
    <label class="field">
      <span>${t("volume")}</span>
      <input type="range" min="0" max="100" step="1" value=${mix.volume} onInput=${(event) => change({ volume: Number(event.target.value) })} />
    </label>
    <label class="field">
      <span class="row apart"><span>${t("business")}</span><span>${t("balance")}</span><span>${t("speaker_agent")}</span></span>
      <input
        type="range" min="-1" max="1" step="0.1" value=${mix.balance}
        aria-label=${t("balance_label")}
        onInput=${(event) => change({ balance: nearMiddle(Number(event.target.value)) })}
      />
    </label>
    <label class="check small">
      <input type="checkbox" checked=${mix.both} onChange=${(event) => change({ both: event.target.checked })} />
      ${t("both_ears")}
    </label>
  </section>`;
}

function nearMiddle(balance) {
  return Math.abs(balance) < 0.15 ? 0 : balance;
}

/** How far behind the line the sound is, or why there is none. */
export function Behind({ listener }) {
  const { state, behind_ms } = listener;
  switch (state) {
    case "opening":
      return html`<span class="badge">${t("listen_opening")}</span>`;
    case "retrying":
      return html`<span class="badge warn">${t("listen_retrying")}</span>`;
    case "over":
      return html`<span class="badge">${t("listen_over")}</span>`;
    case "failed":
      return html`<span class="badge bad">${t(`error_${listener.code}`) || t("error_trouble")}</span>`;
    case "on": {
      if (behind_ms === null) return html`<span class="badge warn">${t("listen_waits")}</span>`;
      const tone = behind_ms > TOO_FAR_BEHIND_MS ? "warn" : "good";
      const shown = Math.max(0, Math.round(behind_ms / 10) * 10);
      return html`<span class="badge num ${tone}" title=${t("behind_hint")}>${t("behind", { ms: shown })}</span>`;
    }
    default:
      return html`<span class="badge">${t("listen_off")}</span>`;
  }
}

/** Why there is no sound here, and what to do about it. */
function NoSound() {
  const because = noSoundBecause();
  if (because === "") return null;
  if (because === "old") return html`<p class="notice warn small">${t("no_sound_old")}</p>`;
  const port = location.port || "80";
  return html`<div class="notice warn small stack no-sound">
    <p>${t("no_sound_insecure")}</p>
    <p>${t("no_sound_tunnel")}</p>
    <pre>ssh -L ${port}:127.0.0.1:${port} ${location.hostname}</pre>
    <p>${t("no_sound_open", { address: `http://localhost:${port}/operator/` })}</p>
  </div>`;
}
