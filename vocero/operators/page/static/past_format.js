// How outcomes, slots and dates of past calls are written.

import { html, page, t } from "./common.js";

const LOCALE = page.lang === "en" ? "en-GB" : "es";
const SHORT_DAY = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
});
const LONG_DAY = new Intl.DateTimeFormat(LOCALE, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});

/** Every outcome, the wanted one first. */
export const STATUSES = [
  "booked",
  "unconfirmed",
  "callback_needed",
  "no_availability",
  "no_answer",
  "busy",
  "voicemail",
  "interrupted",
  "cancelled",
  "wrong_number",
  "failed",
];

const TONES = {
  booked: "good",
  unconfirmed: "warn",
  callback_needed: "warn",
  interrupted: "warn",
  failed: "bad",
};

/** The badge of an outcome: words, never the colour alone. */
export function OutcomeBadge({ status, live = false }) {
  if (live) return html`<span class="badge accent dot">${t("calls_live")}</span>`;
  const words = t(`status_${status ?? ""}`) || status;
  return html`<span class=${`badge dot ${TONES[status] ?? ""}`}>${words}</span>`;
}

/** "Fri 27 Nov" of "2026-11-27"; anything else as it is. */
export function dayWords(date, { long = false } = {}) {
  const then = /^\d{4}-\d{2}-\d{2}$/.test(date) ? new Date(`${date}T12:00`) : null;
  if (then === null || Number.isNaN(then.getTime())) return date;
  return (long ? LONG_DAY : SHORT_DAY).format(then);
}

/** "Fri 27 Nov, 17:00", or "" when nothing was settled. */
export function slotWords({ date, time }) {
  return [date && dayWords(date), time].filter(Boolean).join(", ");
}

/** "09–10" of 9: an hour of a day from its beginning to its end. */
export function hoursWords(hour) {
  return `${twoDigits(hour)}–${twoDigits(hour + 1)}`;
}

/** "2026-11-27" of a Date, in local time. */
export function isoDay(then) {
  return `${then.getFullYear()}-${twoDigits(then.getMonth() + 1)}-${twoDigits(then.getDate())}`;
}

/** A business or customer as the page may show them: name or initials, then the number. */
export function Party({ party }) {
  const name = party.name && html`<strong><bdi>${party.name}</bdi></strong> `;
  return html`${name}<span class="num faint">${party.number}</span>`;
}

function twoDigits(value) {
  return String(value).padStart(2, "0");
}
