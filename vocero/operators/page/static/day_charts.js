// The two charts of a day, drawn by uPlot (a plain script, see vendor/VENDORED.md) in the page's
// colours. Nothing here can be read by a screen reader: the same figures are in a table beside it.

import { colour, html, number, onTheme, t, useEffect, useRef, useState } from "./common.js";
import { hoursWords } from "./past_format.js";

const HEIGHT = 220;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const BAR = { size: [0.7, 44], radius: 0.15 };

/** `day`: the server's answer about one day. Calls of each hour, stacked by what came of them. */
export function CallsChart({ day }) {
  const parts = [
    ["booked", "good"],
    ["other", "line-strong"],
    ["failed", "bad"],
  ];
  const stacked = (most) =>
    day.hours.map((hour) => parts.slice(0, most + 1).reduce((sum, [name]) => sum + hour[name], 0));
  // The whole stack is drawn first and the lower parts over it, so each colour shows its own part.
  const order = [2, 1, 0];
  const words = (hour) => {
    const counts = parts.filter(([name]) => day.hours[hour][name]);
    const each = counts.map(([name]) => `${t(`day_${name}`)} ${number(day.hours[hour][name])}`);
    return [`${t("day_calls")} ${number(day.hours[hour].calls)}`, ...each].join(" · ");
  };
  return html`<${Chart} title=${t("day_by_hour")} words=${words}
    legend=${parts.map(([name, token]) => [t(`day_${name}`), token])}
    data=${[HOURS, ...order.map(stacked)]}
    series=${order.map((index) => ({ token: parts[index][1], bars: true }))}
    ticks=${(value) => (Number.isInteger(value) ? number(value) : "")} least=${4} />`;
}

/** How long the business waited for the agent's answer, in each hour in which it was measured. */
export function AnswerChart({ day }) {
  const seconds = (name) => day.by_hour_answer_ms.map((hour) => (hour ? hour[name] / 1000 : null));
  const words = (hour) => {
    const measured = day.by_hour_answer_ms[hour];
    if (!measured) return "–";
    const part = (key, ms) => `${t(key)} ${number(ms / 1000)} s`;
    return `${part("day_median", measured.p50)} · ${part("day_ninety", measured.p90)}`;
  };
  return html`<${Chart} title=${t("day_answer_by_hour")} words=${words}
    legend=${[
      [t("day_median"), "agent"],
      [t("day_ninety"), "business"],
    ]}
    data=${[HOURS, seconds("p50"), seconds("p90")]}
    series=${[{ token: "agent" }, { token: "business" }]}
    ticks=${(value) => `${number(value)} s`} least=${1} />`;
}

/** `words(hour)`: what is said below the chart of the hour that is pointed at. */
function Chart({ title, legend, words, data, series, ticks, least }) {
  const box = useRef(null);
  const [hour, setHour] = useState(null);
  useEffect(() => {
    const plot = new uPlot(
      options(box.current, { series, ticks, least, setHour }),
      data,
      box.current,
    );
    const fit = new ResizeObserver(() =>
      plot.setSize({ width: box.current.clientWidth, height: HEIGHT }),
    );
    fit.observe(box.current);
    // uPlot asks for its colours anew when it builds its paths anew.
    const stop = onTheme(() => plot.redraw(true, true));
    return () => {
      stop();
      fit.disconnect();
      plot.destroy();
    };
  }, [data]);
  return html`<figure class="card">
    <figcaption class="card-head"><h2>${title}</h2>
      <span class="row small">${legend.map(
        ([name, token]) => html`<span key=${token}
        class=${`key ${token}`}>${name}</span>`,
      )}</span></figcaption>
    <div ref=${box} class="chart" aria-hidden="true"></div>
    <p class="chart-words small muted num" aria-hidden="true">${
      hour === null ? t("day_hint") : `${hoursWords(hour)} h: ${words(hour)}`
    }</p>
  </figure>`;
}

function options(box, { series, ticks, least, setHour }) {
  const line = () => colour("line");
  const ink = () => colour("ink-3");
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [12, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: [-0.6, 23.6] },
      y: { range: (_, low, high) => [0, Math.max(least, high * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => HOURS.filter((hour) => hour % (box.clientWidth < 480 ? 4 : 2) === 0),
        values: (_, hours) => hours.map((hour) => `${hour}`),
        size: 30,
      },
      { ...axis, values: (_, values) => values.map(ticks), size: 44, gap: 6, space: 36 },
    ],
    series: [
      {},
      ...series.map(({ token, bars }) =>
        bars
          ? {
              fill: () => colour(token),
              width: 0,
              points: { show: false },
              paths: uPlot.paths.bars(BAR),
            }
          : {
              stroke: () => colour(token),
              width: 2,
              points: { show: true, size: 7, fill: () => colour(token), width: 0 },
            },
      ),
    ],
    hooks: {
      setCursor: [(plot) => setHour(plot.cursor.left < 0 ? null : (plot.cursor.idx ?? null))],
    },
  };
}
