// What operators did, as lines.

import { clock, dayAndTime, html, t } from "./common.js";

/** `acts`: as the server sends them; `withCall`: whether each leads to its call. */
export function ActLines({ acts, withCall = false, timeOnly = false }) {
  return html`<ol class="acts">${acts.map(
    (act) => html`<li key=${act.number}>
    <time class="num faint" datetime=${new Date(act.at * 1000).toISOString()}>
      ${timeOnly ? clock(act.at) : dayAndTime(act.at)}</time>
    <span class="acts-what"><strong><bdi>${act.operator || "–"}</bdi></strong>${" "}
      <span class=${TONES[act.act] ?? ""}>${t(`act_${act.act}`) || act.act}</span>
      ${act.detail && html` <bdi class="faint">${detailWords(act.detail)}</bdi>`}</span>
    ${
      withCall &&
      act.call &&
      html`<a class="small"
      href=${`/operator/calls/${encodeURIComponent(act.call)}`}>${t("log_see_call")}</a>`
    }
  </li>`,
  )}</ol>`;
}

/** "17 characters" in the page's language; any other detail as it is. */
export function detailWords(detail) {
  const [, n, what] = /^(\d+) (characters|keys)$/.exec(detail) ?? [];
  return what ? t(`detail_${what}`, { n }) : detail;
}

const TONES = { login_failed: "bad-words", deleted: "bad-words", ended_at_once: "bad-words" };
