// The panel that plays a call's sound: listen, how loud, which voice, how far behind.

import { html, t } from "./common.js";
import { useEffect, useMemo, useState } from "./vendor/htm-preact.module.js";
import { Icon } from "./icons.js";
import { Listener } from "./listen.js";
import { Meters } from "./live_clock.js";
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
    <${Icon} name=${on ? "pause" : "headphones"} />
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
  const turned = ({ target }) => change({ volume: Number(target.value) });
  const leaned = ({ target }) => change({ balance: nearMiddle(Number(target.value)) });
  const joined = ({ target }) => change({ both: target.checked });
  return html`<section id="sound" class="card stack" aria-labelledby="sound-title">
    <header class="card-head">
      <h2 id="sound-title">${t("sound")}</h2>
      <${Behind} listener=${listener} />
    </header>
    <${NoSound} />
    <${Meters} levels=${levels} id=${id} taken=${taken} />
    <label class="field">
      <span>${t("volume")}</span>
      <input type="range" min="0" max="100" value=${mix.volume} onInput=${turned} />
    </label>
    <label class="field">
      <span class="row apart">
        <span>${t("business")}</span><span>${t("balance")}</span><span>${t("speaker_agent")}</span>
      </span>
      <input
        type="range"
        min="-1"
        max="1"
        step="0.1"
        value=${mix.balance}
        aria-label=${t("balance_label")}
        onInput=${leaned}
      />
    </label>
    <label class="check small">
      <input type="checkbox" checked=${mix.both} onChange=${joined} />
      ${t("both_ears")}
    </label>
  </section>`;
}

function nearMiddle(balance) {
  return Math.abs(balance) < 0.15 ? 0 : balance;
}

/** How far behind the line the sound is, or why there is none. */
export function Behind({ listener }) {
  const [tone, text] = behindWords(listener);
  const hint = listener.state === "on" ? t("behind_hint") : undefined;
  return html`<span class="badge num ${tone}" title=${hint}>${text}</span>`;
}

function behindWords({ state, code, behind_ms }) {
  if (state === "failed") return ["bad", t(`error_${code}`) || t("error_trouble")];
  if (state === "retrying") return ["warn", t("listen_retrying")];
  if (state !== "on") return ["", t(`listen_${state}`)];
  if (behind_ms === null) return ["warn", t("listen_waits")];
  const tone = behind_ms > TOO_FAR_BEHIND_MS ? "warn" : "good";
  return [tone, t("behind", { ms: Math.max(0, Math.round(behind_ms / 10) * 10) })];
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
