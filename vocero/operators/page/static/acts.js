// The operators' log: who heard, saw or changed something, newest first.

import "./texts_past.js";
import { ActLines } from "./act_lines.js";
import { api, html, number, render, t, useEffect, useState, words } from "./common.js";
import { dayWords, isoDay } from "./past_format.js";

/** Only the acts of this call; "" of all. */
const CALL = new URLSearchParams(location.search).get("call") ?? "";

function Acts() {
  const [acts, setActs] = useState([]);
  const [before, setBefore] = useState(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(true);

  async function more() {
    setBusy(true);
    try {
      const asked = new URLSearchParams();
      if (CALL) asked.set("call", CALL);
      if (before !== null) asked.set("before", before);
      const got = await api(`acts?${asked}`);
      setActs([...acts, ...got.acts]);
      setBefore(got.before);
      setTrouble("");
    } catch (error) {
      setTrouble(words(error));
    }
    setBusy(false);
  }
  useEffect(() => {
    more();
  }, []);

  const begun = acts.length > 0 || (!busy && !trouble);
  return html`
    <div class="page-head"><div>
      <h1>${t("log_title")}</h1>
      <p class="muted acts-note">${t("log_note")}</p>
    </div></div>
    <div class="stack">
      ${CALL && html`<p>${t("log_of_call")} · <a href="/operator/acts">${t("log_all")}</a></p>`}
      <p class="small muted" role="status">${
        begun && acts.length
          ? t(before === null ? "log_count" : "log_count_more", { n: number(acts.length) })
          : busy
            ? t("loading")
            : ""
      }</p>
      ${begun && acts.length === 0 && html`<div class="card empty"><h2>${t("log_none")}</h2></div>`}
      ${byDay(acts).map(
        ([day, some]) => html`<section key=${day} class="card">
        <header><h2>${dayWords(day, { long: true })}</h2></header>
        <${ActLines} acts=${some} withCall timeOnly />
      </section>`,
      )}
      ${
        trouble &&
        html`<div class="notice bad row apart" role="alert"><span>${trouble}</span>
        <button class="button slim" type="button" onClick=${more}>${t("try_again")}</button></div>`
      }
      ${
        before !== null &&
        !trouble &&
        html`<button class="button calls-older" type="button"
        aria-disabled=${String(busy)} onClick=${() => !busy && more()}>
        ${busy ? t("loading") : t("log_older")}</button>`
      }
    </div>`;
}

/** [[day, its acts]], both newest first. */
function byDay(acts) {
  const days = new Map();
  for (const act of acts) {
    const day = isoDay(new Date(act.at * 1000));
    days.set(day, [...(days.get(day) ?? []), act]);
  }
  return [...days];
}

render(html`<${Acts} />`, document.getElementById("page"));
