// Times and numbers as people read them, in the page's language.

import { page } from "./api.js";

const LOCALE = page.lang === "en" ? "en-GB" : "es";
const HOUR_MINUTE = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short" });
const WITH_YEAR = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const PLAIN = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

/** "14:05" of seconds since the epoch. */
export function clock(epoch_s) {
  return HOUR_MINUTE.format(epoch_s * 1000);
}

/** "14:05" of today, "Mon 3 Mar 14:05" of another day, with the year when it is another one. */
export function dayAndTime(epoch_s) {
  const then = new Date(epoch_s * 1000);
  const now = new Date();
  if (then.toDateString() === now.toDateString()) return clock(epoch_s);
  const day = then.getFullYear() === now.getFullYear() ? DAY : WITH_YEAR;
  return `${day.format(then)} ${clock(epoch_s)}`;
}

/** "4:05", or "1:02:09" from an hour on. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const tail = String(whole % 60).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

export function number(value) {
  return PLAIN.format(value);
}

/** "840 ms", "1.2 s", or "–" when it is not known. */
export function milliseconds(value) {
  if (value === null || value === undefined) return "–";
  return value < 1000 ? `${Math.round(value)} ms` : `${PLAIN.format(value / 1000)} s`;
}

/** The median, or null of nothing. */
export function median(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
