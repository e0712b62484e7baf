// The waveform of a live call as it grows: business above, agent or operator below.

import { colour, duration, html, onTheme, t } from "./common.js";
import { useEffect, useRef } from "./vendor/htm-preact.module.js";

const STEP_S = 0.2;
const FIRST_SPAN_S = 30;
const MOST_STEPS = (3 * 3600) / STEP_S;
const BAR = 3;
const AXIS = 18;

/**
 * `second()`: seconds since the call was ordered, null when not known yet; `taken()`: whether an
 * operator speaks.
 */
export function GrowingWave({ levels, id, second, taken }) {
  const canvas = useRef(null);
  const now = useRef(null);
  now.current = { second, taken };
  useEffect(() => {
    const wave = { from_s: null, left: [], right: [], taken: [] };
    let asked = 0;
    const draw = () => {
      asked = 0;
      if (canvas.current) paint(canvas.current, wave);
    };
    const soon = () => {
      asked ||= requestAnimationFrame(draw);
    };
    const stop = levels.follow(id, (left, right) => {
      put(wave, now.current.second(), height(left), height(right), now.current.taken());
      soon();
    });
    const watcher = new ResizeObserver(soon);
    watcher.observe(canvas.current);
    const stopTheme = onTheme(soon);
    return () => {
      stop();
      stopTheme();
      watcher.disconnect();
      cancelAnimationFrame(asked);
    };
  }, [id]);
  const label = t("wave_label");
  return html`<canvas ref=${canvas} class="wave" role="img" aria-label=${label}></canvas>`;
}

/** From dBFS to 0..1 of a lane: speech looks like speech, and noise on the line like a line. */
function height(level) {
  return Math.max(0, Math.min(1, (level + 50) / 38)) ** 1.5;
}

function put(wave, second, left, right, taken) {
  if (second === null) return;
  wave.from_s ??= Math.floor(second);
  const step = Math.floor((second - wave.from_s) / STEP_S);
  if (step < 0 || step >= MOST_STEPS) return;
  wave.left[step] = Math.max(wave.left[step] ?? 0, left);
  wave.right[step] = Math.max(wave.right[step] ?? 0, right);
  wave.taken[step] = taken;
}

function paint(canvas, wave) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  let span_s = FIRST_SPAN_S;
  while (wave.left.length * STEP_S > span_s) span_s *= 2;
  const lane = (height - AXIS) / 2;
  const paints = {
    business: colour("business"),
    agent: colour("agent"),
    operator: colour("operator"),
  };
  lines(pen, width, lane);
  const bars = Math.max(1, Math.floor(width / BAR));
  const steps = span_s / STEP_S / bars;
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor(bar * steps);
    if (from >= wave.left.length) break;
    const to = Math.max(from + 1, Math.floor((bar + 1) * steps));
    pen.fillStyle = paints.business;
    column(pen, bar, lane / 2, lane, most(wave.left, from, to));
    pen.fillStyle = wave.taken[from] ? paints.operator : paints.agent;
    column(pen, bar, lane * 1.5, lane, most(wave.right, from, to));
  }
  axis(pen, width, height, wave.from_s ?? 0, span_s);
}

function lines(pen, width, lane) {
  pen.fillStyle = colour("line");
  pen.fillRect(0, Math.round(lane / 2), width, 1);
  pen.fillRect(0, Math.round(lane * 1.5), width, 1);
}

function column(pen, bar, middle, lane, value) {
  const tall = Math.max(1, value * (lane - 6));
  pen.fillRect(bar * BAR, middle - tall / 2, BAR - 1, tall);
}

function most(values, from, to) {
  let highest = 0;
  for (let index = from; index < to; index += 1) highest = Math.max(highest, values[index] ?? 0);
  return highest;
}

function axis(pen, width, height, from_s, span_s) {
  pen.fillStyle = colour("ink-3");
  pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  pen.textBaseline = "bottom";
  const count = width > 600 ? 6 : 3;
  for (let index = 0; index < count; index += 1) {
    const at = (index / count) * width;
    pen.fillText(duration(from_s + (index / count) * span_s), at, height);
  }
}
