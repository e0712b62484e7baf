// What changes by itself while a page is open: seconds that pass, and levels of sound.

import { useEffect, useMemo, useRef, useState } from "./vendor/htm-preact.module.js";
import { html, t } from "./common.js";

/** The time in epoch seconds by the server's clock, new every second. */
export function useNow(ahead_s) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now / 1000 + ahead_s;
}

const QUIETEST = -60;
const SILENCE = -96;
/** The server sends levels five times a second while there is any call that sounds. */
const STALE_MS = 700;

/** How loud the calls are. Listeners are told directly: meters move without drawing the page. */
export class Levels {
  #listeners = new Map();
  #timer = 0;

  /** `told(left, right)`: business and agent in dBFS. Returns what ends it. */
  follow(id, told) {
    const all = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, all.add(told));
    return () => {
      all.delete(told);
      if (!all.size && this.#listeners.get(id) === all) this.#listeners.delete(id);
    };
  }

  /** `levels`: { id: [left, right] }; calls that are not in it are silent. */
  push(levels) {
    clearTimeout(this.#timer);
    if (Object.keys(levels).length) this.#timer = setTimeout(() => this.push({}), STALE_MS);
    for (const [id, listeners] of this.#listeners) {
      const [left, right] = levels[id] ?? [SILENCE, SILENCE];
      for (const told of listeners) told(left, right);
    }
  }
}

/** From dBFS to 0..1 of a meter. */
export function part(level) {
  return Math.max(0, Math.min(1, 1 - level / QUIETEST));
}

/**
 * A level meter. `follow(set)` is given a function that takes dBFS; it returns what ends it.
 * `kind`: business, agent or operator, for the colour; `label`: what it measures, in words.
 */
export function Meter({ follow, kind, label }) {
  const box = useRef(null);
  useEffect(() => {
    let said = 0;
    return follow((level) => {
      const element = box.current;
      if (!element) return;
      element.firstChild.style.transform = `scaleX(${part(level)})`;
      // Screen readers need no five values a second.
      if (Date.now() - said < 1000) return;
      said = Date.now();
      const shown = Math.round(Math.max(QUIETEST, level));
      element.setAttribute("aria-valuenow", shown);
      element.setAttribute("aria-valuetext", level > QUIETEST ? `${shown} dB` : t("silent"));
    });
  }, [follow]);
  return html`<div
    ref=${box}
    class="meter ${kind}"
    role="meter"
    aria-label=${label}
    aria-valuemin=${QUIETEST}
    aria-valuemax="0"
    aria-valuenow=${QUIETEST}
    aria-valuetext=${t("silent")}
  ><i></i></div>`;
}

/** The meters of both legs of a call. `taken`: whether an operator speaks instead of the agent. */
export function Meters({ levels, id, taken, hidden = false }) {
  const follow = useMemo(
    () => ({
      business: (set) => levels.follow(id, (left) => set(left)),
      agent: (set) => levels.follow(id, (_, right) => set(right)),
    }),
    [id],
  );
  const kind = taken ? "operator" : "agent";
  return html`<div class="meters" aria-hidden=${hidden ? "true" : undefined}>
    <span class="small">${t("business")}</span>
    <${Meter} follow=${follow.business} kind="business" label=${t("level_business")} />
    <span class="small">${t(`speaker_${kind}`)}</span>
    <${Meter} follow=${follow.agent} kind=${kind} label=${t("level_agent")} />
  </div>`;
}

/** Whether the page hears from the server, in the bar at the top. */
export function ConnectionBadge({ state }) {
  if (state.live) return html`<span class="badge good dot">${t("connected")}</span>`;
  if (state.gone) {
    return html`<span class="badge bad dot" role="status">${t("connection_gone")}</span>`;
  }
  const since = new Date(state.since);
  const time = `${since.getHours()}:${String(since.getMinutes()).padStart(2, "0")}`;
  const words = state.first ? t("connecting") : t("reconnecting", { time });
  return html`<span class="badge warn dot" role="status">${words}</span>`;
}
