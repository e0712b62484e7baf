// One call that is over: what came of it, what was said, how it sounded; download and delete.

import "./texts_past.js";
import { ActLines } from "./act_lines.js";
import {
  api,
  confirmed,
  dayAndTime,
  duration,
  html,
  milliseconds,
  number,
  render,
  t,
  toast,
  useMemo,
  useRef,
  useState,
  words,
} from "./common.js";
import { Party } from "./past_format.js";
import { heardFrom, heardLines, lineAt, neighbour, percentile } from "./past_lines.js";
import { Outcome } from "./past_outcome.js";
import { Transcript } from "./past_transcript.js";
import { Player, usePlayerKeys } from "./player.js";

/** So soon after the end the recording may still be on its way to the disk. */
const FRESH_S = 60;

/** Show `full`, the server's answer about a call that is over, in `root`. */
export function mountPastCall(root, full) {
  render(html`<${PastCall} first=${full} />`, root);
}

function PastCall({ first }) {
  const [call, setCall] = useState(first);
  const [heard, setHeard] = useState(null);
  const control = useRef(null);
  const lines = useMemo(() => heardLines(call.entries, call.sound_began), [call]);
  const playFrom = call.has_sound ? (second) => control.current?.playFrom(second) : null;
  usePlayerKeys(control, (step) => {
    const next = neighbour(lines, heard, step);
    if (next) playFrom(next.from);
  });
  const marks = useMemo(() => marksOf(call, lines), [call, lines]);
  const url = `/operator/calls/${encodeURIComponent(call.id)}/sound.wav`;
  return html`
    <${Head} call=${call} />
    <div class="past">
      <${Outcome} call=${call} playFrom=${playFrom} />
      <section class="card past-sound" aria-labelledby="sound-title">
        <h2 id="sound-title" class="hidden-words">${t("past_sound")}</h2>
        ${
          call.has_sound
            ? html`<${Player} url=${url} marks=${marks} control=${control}
              onSecond=${(second) => setHeard(lineAt(lines, second))} />`
            : html`<${NoSound} call=${call} look=${setCall} />`
        }
      </section>
      <div class="past-words"><${Transcript} ...${{ lines, heard, playFrom }} /></div>
      <div class="past-rest stack">
        <${Figures} call=${call} />
        ${
          call.acts.length > 0 &&
          html`<section class="card">
          <header><h2>${t("past_acts")}</h2></header>
          <${ActLines} acts=${call.acts} />
        </section>`
        }
        <${Keep} call=${call} url=${url} />
      </div>
    </div>`;
}

function Head({ call }) {
  const [people, setPeople] = useState(null);
  const [busy, setBusy] = useState(false);
  const { business, customer } = people ?? call;
  async function reveal() {
    setBusy(true);
    try {
      setPeople(await api(`calls/${encodeURIComponent(call.id)}/reveal`, { method: "POST" }));
    } catch (error) {
      toast(words(error), "bad");
    }
    setBusy(false);
  }
  const list = sessionStorage.getItem("vocero.list") ?? "";
  return html`<div class="page-head past-head">
    <div class="stack">
      <a class="small" href=${`/operator/calls${list}`}>← ${t("calls_title")}</a>
      <h1><bdi>${business.name || t("past_unnamed")}</bdi>${" "}
        <span class="num muted">${business.number}</span></h1>
      <p class="muted">${dayAndTime(call.created_at)} · ${t("calls_customer")}:${" "}
        <${Party} party=${customer} /></p>
    </div>
    ${
      people === null &&
      html`<button class="button slim" type="button" disabled=${busy}
      title=${t("past_reveal_note")} onClick=${reveal}>${t("past_reveal")}</button>`
    }
  </div>`;
}

function NoSound({ call, look }) {
  if (!call.talked_s) return html`<p class="muted">${t("past_no_talk")}</p>`;
  const fresh = call.ended_at !== null && Date.now() / 1000 - call.ended_at < FRESH_S;
  const again = async () => {
    try {
      look(await api(`calls/${encodeURIComponent(call.id)}`));
    } catch (error) {
      toast(words(error), "bad");
    }
  };
  return html`<div class="row apart"><div>
      <p><strong>${t("past_no_sound")}</strong></p>
      <p class="muted">${t(fresh ? "past_no_sound_yet" : "past_no_sound_why")}</p>
    </div>
    ${
      fresh &&
      html`<button class="button slim" type="button" onClick=${again}>
        ${t("past_look_again")}</button>`
    }
  </div>`;
}

function Figures({ call }) {
  const { answer_ms: answers = [], ...counts } = call.figures;
  const figures = [[t("measure_talked_s"), call.talked_s ? duration(call.talked_s) : "–"]];
  if (answers.length) {
    figures.push(
      [t("measure_answer_p50"), milliseconds(percentile(answers, 0.5))],
      [t("measure_answer_worst"), milliseconds(percentile(answers, 1))],
      [t("measure_turns"), number(answers.length)],
    );
  }
  const counted = Object.entries(counts).filter(([, value]) => value);
  for (const [name, value] of counted) figures.push([t(`measure_${name}`) || name, number(value)]);
  return html`<section class="card"><header><h2>${t("past_figures")}</h2></header>
    <dl class="figures">${figures.map(
      ([name, value]) => html`
      <div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`,
    )}</dl>
    ${
      counted.length === 0 &&
      call.talked_s > 0 &&
      html`<p class="small muted past-whole">
      ${t("past_whole")}</p>`
    }
  </section>`;
}

/** What leaves this page for good: as a file, or for ever. */
function Keep({ call, url }) {
  const name = `vocero-${call.id.slice(0, 12)}`;
  const zip = `/operator/calls/${encodeURIComponent(call.id)}/recording.zip`;
  async function erase() {
    const text = html`<strong>${t("past_goes")}:</strong> ${t("past_goes_what")}<br /><br />
      <strong>${t("past_stays")}:</strong> ${t("past_stays_what")}`;
    const sure = { title: t("past_sure"), text, yes: t("past_delete_now"), danger: true };
    if (!(await confirmed(sure))) return;
    try {
      await api(`calls/${encodeURIComponent(call.id)}`, { method: "DELETE" });
    } catch (error) {
      toast(`${t("past_not_deleted")} ${words(error)}`, "bad");
      return;
    }
    sessionStorage.setItem("vocero.deleted", "1");
    location.assign("/operator/calls");
  }
  return html`<div class="row">
    ${
      call.has_sound &&
      html`
      <a class="button slim" href=${url} download=${`${name}.wav`}>${t("past_download_sound")}</a>
      <a class="button slim" href=${zip} download=${`${name}.zip`}>${t("past_download_call")}</a>`
    }
    <button class="button slim danger" type="button" onClick=${erase}>${t("past_delete")}</button>
  </div>`;
}

/** What is worth finding on the waveform at a glance. */
function marksOf({ quote, sound_began: began }, lines) {
  if (began === null) return [];
  const words = {
    interrupted: () => t("event_interrupted"),
    taken: ({ text }) => t("event_taken_over", { name: text }),
    returned: () => t("event_handed_back"),
    keys: ({ text }) => t("event_keys", { keys: text }),
    told: () => t("event_told_agent"),
    trouble: ({ text }) => `${t("event_trouble")}: ${text}`,
  };
  const marks = lines
    .filter((line) => line.type in words && line.at_s >= began)
    .map((line) => ({
      key: line.key,
      at: line.at_s - began,
      kind: line.type,
      words: words[line.type](line),
    }));
  if (quote) {
    const at = heardFrom({ ...quote, speaker: "business" }, began);
    marks.push({ key: "quote", at, kind: "quote", words: t("past_evidence") });
  }
  return marks;
}
