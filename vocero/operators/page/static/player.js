// The recorded sound of a call: two waveforms (business, agent), playing from any moment.

import { colour, duration, html, onTheme, page, t, useEffect, useRef, useState } from "./common.js";

const STEP_S = 5;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const WAVE_HEIGHT = 56;
/** Marks on the ruler at one of these distances in seconds: about six of them fit everywhere. */
const RULES_S = [1, 2, 5, 10, 15, 30, 60, 120, 300];
const MOST_RULES = 7;

/**
 * `url`: a stereo WAV; `marks`: [{ at (second of the recording), kind, words }];
 * `control`: a ref that gets { playFrom(second), toggle(), skip(seconds) } once the sound is there;
 * `onSecond(second)` follows the position.
 */
export function Player({ url, marks, control, onSecond }) {
  const box = useRef(null);
  const wave = useRef(null);
  const [state, setState] = useState({ length: 0, failed: false, tries: 0 });
  const [playing, setPlaying] = useState(false);
  const [second, setSecond] = useState(0);
  const [speed, setSpeed] = useState(1);

  useEffect(() => {
    let gone = false;
    let stopTheme = () => {};
    (async () => {
      const { default: WaveSurfer } = await import("./vendor/wavesurfer.esm.js");
      if (gone) return;
      const surfer = WaveSurfer.create(waveOptions(box.current));
      wave.current = surfer;
      surfer.on("ready", (length) => setState((now) => ({ ...now, length, failed: length === 0 })));
      surfer.on("play", () => setPlaying(true));
      surfer.on("pause", () => setPlaying(false));
      surfer.on("timeupdate", (at) => {
        setSecond(at);
        onSecond(at);
      });
      stopTheme = onTheme(() =>
        surfer.setOptions({ splitChannels: channels(), cursorColor: colour("ink") }),
      );
      await surfer.load(url);
    })().catch(() => {
      if (!gone) setState((now) => ({ ...now, failed: true }));
    });
    return () => {
      gone = true;
      stopTheme();
      wave.current?.destroy();
      wave.current = null;
    };
  }, [url, state.tries]);

  const ready = state.length > 0;
  const playFrom = (at) => {
    wave.current.setTime(Math.max(0, Math.min(state.length, at)));
    start(wave.current);
  };
  const toggle = () => (wave.current.isPlaying() ? wave.current.pause() : start(wave.current));
  const skip = (by) =>
    wave.current.setTime(Math.max(0, Math.min(state.length, wave.current.getCurrentTime() + by)));
  control.current = ready ? { playFrom, toggle, skip } : null;

  if (state.failed) {
    return html`<div class="row apart" role="alert">
      <p class="muted">${t("past_sound_trouble")}</p>
      <button class="button slim" type="button"
        onClick=${() => setState({ length: 0, failed: false, tries: state.tries + 1 })}>
        ${t("try_again")}</button>
    </div>`;
  }
  const [at, all] = [duration(second), duration(state.length)];
  return html`<div class="player" data-ready=${ready}>
    <div class="player-waves">
      <span class="player-side business">${t("speaker_business")}</span>
      <span class="player-side agent">${t("speaker_agent")}</span>
      <div ref=${box} class="player-wave" role="slider" tabindex="0"
        aria-label=${t("player_position")}
        aria-valuemin="0" aria-valuemax=${Math.round(state.length)}
        aria-valuenow=${Math.round(second)}
        aria-valuetext=${t("player_at", { at, all })}></div>
      ${!ready && html`<p class="player-loading muted" role="status">${t("player_loading")}</p>`}
      <${Ruler} length=${state.length} marks=${marks} playFrom=${playFrom} />
    </div>
    <div class="row">
      <button class="button primary player-play" type="button" disabled=${!ready} onClick=${toggle}>
        <svg class="solid" viewBox="0 0 20 20" aria-hidden="true">
          <path d=${playing ? "M6.5 4v12M13.5 4v12" : "M6 3.5v13l10-6.5z"} /></svg>
        <span>${t(playing ? "player_pause" : "player_play")}</span></button>
      <span class="num muted player-time">${at} / ${all}</span>
      <label class="player-speed"><span class="hidden-words">${t("player_speed")}</span>
        <select class="input" value=${speed} onChange=${(event) => {
          setSpeed(Number(event.target.value));
          wave.current?.setPlaybackRate(Number(event.target.value));
        }}>
          ${SPEEDS.map((each) => html`<option key=${each} value=${each}>${each}×</option>`)}
        </select>
      </label>
      <span class="player-keys small faint">${t("player_keys")}</span>
    </div>
  </div>`;
}

/** Space, arrows: for the whole page, but never instead of what a focused control does itself. */
export function usePlayerKeys(control, step) {
  useEffect(() => {
    const onKey = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !control.current) return;
      if (event.target.closest("input, select, textarea, dialog, [role='radiogroup']")) return;
      if (event.key === " " && event.target.closest("button, a, summary")) return;
      const act = {
        " ": () => control.current.toggle(),
        ArrowLeft: () => control.current.skip(-STEP_S),
        ArrowRight: () => control.current.skip(STEP_S),
        ArrowUp: () => step(-1),
        ArrowDown: () => step(1),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

// Not allowed to play, or the sound went away: the button simply stays at "play".
function start(surfer) {
  surfer.play().catch(() => {});
}

function waveOptions(container) {
  return {
    container,
    // Loaded to its end at once, so that jumping about never waits.
    media: Object.assign(new Audio(), { preload: "auto" }),
    splitChannels: channels(),
    cursorColor: colour("ink"),
    cursorWidth: 2,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    barMinHeight: 1,
    normalize: true,
    dragToSeek: true,
    hideScrollbar: true,
    // Its shadow root holds one style element, which our policy lets through by the nonce only.
    cspNonce: page.nonce,
  };
}

function channels() {
  return ["business", "agent"].map((side) => ({
    height: WAVE_HEIGHT,
    // Opaque: the played part is painted through it. See past.css.
    waveColor: colour(`${side}-faint`),
    progressColor: colour(side),
  }));
}

function Ruler({ length, marks, playFrom }) {
  if (!length) return html`<div class="player-ruler"></div>`;
  const every = RULES_S.find((step) => length / step <= MOST_RULES) ?? 600;
  const rules = Array.from({ length: Math.floor(length / every) + 1 }, (_, index) => index * every);
  const left = (at) => ({ left: `${Math.max(0, Math.min(100, (at / length) * 100))}%` });
  // Everything here is in the transcript as well, so screen readers and the keyboard skip it.
  return html`<div class="player-ruler" aria-hidden="true">
    ${marks.map(
      (mark) => html`<button key=${mark.key} type="button" tabindex="-1"
      class=${`player-mark ${mark.kind}`} style=${left(mark.at)} title=${mark.words}
      onClick=${() => playFrom(mark.at)}></button>`,
    )}
    ${rules.map((at) => html`<span key=${at} class="num" style=${left(at)}>${duration(at)}</span>`)}
  </div>`;
}
