// One day in figures: how many calls, what came of them, how fast the agent answered.

import "./texts_past.js";
import {
  api,
  duration,
  html,
  milliseconds,
  number,
  render,
  t,
  useEffect,
  useRef,
  useState,
  words,
} from "./common.js";
import { AnswerChart, CallsChart } from "./day_charts.js";
import { OutcomeBadge, STATUSES, dayWords, hoursWords, isoDay } from "./past_format.js";

const EVERY_MS = 60_000;
/** Where the table stands beside the outcomes it need not be folded. */
const WIDE = matchMedia("(min-width: 1000px)");

function Day() {
  const [date, setDate] = useState(() => new URLSearchParams(location.search).get("date") ?? "");
  const { day, trouble, again } = useDay(date);
  // Without a date the server says which day it is where the calls are.
  const shown = day?.date ?? (date || isoDay(new Date()));
  const choose = (next) => {
    history.replaceState(null, "", next ? `?date=${next}` : location.pathname);
    setDate(next);
  };
  return html`
    <div class="page-head">
      <h1>${t("day_title")}${" "}
        <span class="muted day-words">${dayWords(shown, { long: true })}</span></h1>
      <${Picker} date=${shown} isToday=${date === ""} choose=${choose} />
    </div>
    <div class="stack" aria-busy=${String(!day && !trouble)}>
      ${
        trouble &&
        html`<div class="notice bad row apart" role="alert"><span>${trouble}</span>
        <button class="button slim" type="button" onClick=${again}>${t("try_again")}</button></div>`
      }
      ${day && (day.calls ? html`<${Figures} day=${day} />` : html`<${Nothing} />`)}
      ${!day && !trouble && html`<p class="muted" role="status">${t("loading")}</p>`}
    </div>`;
}

/** The figures of a day; today's are asked for again from time to time. */
function useDay(date) {
  const [got, setGot] = useState({ day: null, trouble: "" });
  const [tries, setTries] = useState(0);
  const turn = useRef(0);
  useEffect(() => {
    const ask = async () => {
      const mine = (turn.current += 1);
      try {
        const day = await api(`day${date ? `?date=${encodeURIComponent(date)}` : ""}`);
        if (turn.current === mine) setGot({ day, trouble: "" });
      } catch (error) {
        if (turn.current === mine) setGot({ day: null, trouble: words(error) });
      }
    };
    ask();
    const timer = date ? 0 : setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, [date, tries]);
  return { ...got, again: () => setTries(tries + 1) };
}

function Picker({ date, isToday, choose }) {
  const shifted = (days) => {
    const then = new Date(`${date}T12:00`);
    then.setDate(then.getDate() + days);
    return isoDay(then);
  };
  return html`<div class="row day-picker">
    <button class="button slim" type="button"
      aria-label=${t("day_previous")} title=${t("day_previous")}
      onClick=${() => choose(shifted(-1))}>‹</button>
    <label><span class="hidden-words">${t("day_date")}</span>
      <input class="input" type="date" value=${date} required
        onChange=${(event) => event.target.value && choose(event.target.value)} /></label>
    <button class="button slim" type="button" aria-label=${t("day_next")} title=${t("day_next")}
      disabled=${isToday} onClick=${() => choose(shifted(1))}>›</button>
    <button class="button slim" type="button" disabled=${isToday} onClick=${() => choose("")}>
      ${t("day_today")}</button>
  </div>`;
}

function Figures({ day }) {
  // As the server counts them by the hour: a call that broke off has failed as well.
  const sum = (name) => day.hours.reduce((all, hour) => all + hour[name], 0);
  const [booked, failed] = [sum("booked"), sum("failed")];
  const { p50, p90, p99, count } = day.answer_ms;
  const spoken = duration(day.talked_s);
  return html`
    <dl class="card day-numbers">
      <${Big} name=${t("day_calls")} value=${number(day.calls)} />
      <${Big} name=${t("day_booked")} value=${number(booked)}
        note=${t("day_booked_share", { n: Math.round((100 * booked) / day.calls) })} />
      <${Big} name=${t("day_failed")} value=${number(failed)} />
      <${Big} name=${t("day_talked")} value=${spoken}
        note=${t("day_talked_each", { s: duration(day.talked_s / day.calls) })} />
      <${Big} name=${t("day_answer")} value=${milliseconds(p50)}
        note=${count ? t("day_answer_note", { n: number(count) }) : ""} />
      <${Big} name=${t("day_p90")} value=${milliseconds(p90)} />
      <${Big} name=${t("day_p99")} value=${milliseconds(p99)} />
    </dl>
    <div class="day-charts">
      <${CallsChart} day=${day} />
      <${AnswerChart} day=${day} />
    </div>
    <div class="day-charts">
      <${Outcomes} day=${day} />
      <${Table} day=${day} />
    </div>
    <p class="small faint">${t("day_zone", { zone: day.zone })}</p>`;
}

function Big({ name, value, note }) {
  return html`<div><dt class="small muted">${name}</dt><dd class="big-number">${value}</dd>
    ${note && html`<dd class="small faint">${note}</dd>`}</div>`;
}

function Outcomes({ day }) {
  const all = [...new Set([...STATUSES, ...Object.keys(day.outcomes)])];
  const counted = all
    .filter((status) => day.outcomes[status])
    .sort((a, b) => day.outcomes[b] - day.outcomes[a]);
  const most = Math.max(1, ...counted.map((status) => day.outcomes[status]));
  const link = (status) =>
    `/operator/calls?status=${encodeURIComponent(status)}&from=${day.date}&to=${day.date}`;
  return html`<section class="card" aria-labelledby="outcomes-title">
    <header><h2 id="outcomes-title">${t("day_outcomes")}</h2>
      <a class="small" href=${`/operator/calls?from=${day.date}&to=${day.date}`}>
        ${t("day_see_calls")}</a></header>
    <ul class="bars">${counted.map(
      (status) => html`<li key=${status}>
      <a href=${link(status)}><${OutcomeBadge} status=${status} /></a>
      <span class="bar" aria-hidden="true">
        <i style=${{ width: `${(100 * day.outcomes[status]) / most}%` }}></i></span>
      <span class="num">${number(day.outcomes[status])}</span></li>`,
    )}</ul>
  </section>`;
}

const COUNTS = ["calls", "booked", "other", "failed"];
const COLUMNS = [...COUNTS, "median", "ninety"];

/** The charts' figures for whoever cannot see them, or wants them exactly. */
function Table({ day }) {
  const rows = day.hours
    .map((hour, index) => ({ ...hour, index, answer: day.by_hour_answer_ms[index] }))
    .filter((hour) => hour.calls || hour.answer);
  return html`<details class="card" open=${WIDE.matches}>
    <summary>${t("day_table")}</summary>
    <div class="table-box" role="region" tabindex="0" aria-label=${t("day_table")}>
      <table class="table">
      <thead><tr><th scope="col">${t("day_hour")}</th>
        ${COLUMNS.map(
          (name) => html`<th key=${name} scope="col" class="number">
          ${t(`day_${name}`)}</th>`,
        )}</tr></thead>
      <tbody>${rows.map(
        (row) => html`<tr key=${row.index}>
        <th scope="row" class="num">${hoursWords(row.index)}</th>
        ${COUNTS.map((name) => html`<td key=${name} class="number">${number(row[name])}</td>`)}
        <td class="number">${milliseconds(row.answer?.p50)}</td>
        <td class="number">${milliseconds(row.answer?.p90)}</td></tr>`,
      )}</tbody>
    </table></div>
  </details>`;
}

function Nothing() {
  return html`<div class="card empty"><h2>${t("day_none")}</h2><p>${t("day_none_hint")}</p></div>`;
}

render(html`<${Day} />`, document.getElementById("page"));
