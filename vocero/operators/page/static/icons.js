// The few drawn signs, as lines on a 20 by 20 grid.

import { html } from "./vendor/htm-preact.module.js";

const LINES = {
  close: "M5 5l10 10M15 5L5 15",
  pause: "M6 4.5v11M14 4.5v11",
  headphones:
    "M3 12V10a7 7 0 0 1 14 0v2M3 12a1.5 1.5 0 0 1 3 0v2.5a1.5 1.5 0 0 1-3 0z" +
    "M14 12a1.5 1.5 0 0 1 3 0v2.5a1.5 1.5 0 0 1-3 0z",
  microphone: "M7.5 5a2.5 2.5 0 0 1 5 0v4.5a2.5 2.5 0 0 1-5 0zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v3",
};

export function Icon({ name }) {
  return html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d=${LINES[name]} /></svg>`;
}
