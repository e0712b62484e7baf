// One call: fetched once, then shown as a live one or as a past one. Each view is loaded only when
// it is needed, so that listening does not wait for the player of recordings.
//
// live_call.js exports mountLiveCall(root, full, { showPast }), past_call.js exports
// mountPastCall(root, full); `full` is the server's answer to GET /operator/api/calls/<id>.

import { api, html, page, render, t, words } from "./common.js";

const root = document.getElementById("page");

async function show() {
  let full;
  try {
    full = await api(`calls/${encodeURIComponent(page.call)}`);
  } catch (error) {
    render(html`<${Failed} text=${words(error)} />`, root);
    return;
  }
  render(null, root);
  if (full.live) {
    const { mountLiveCall } = await import("./live_call.js");
    mountLiveCall(root, full, { showPast: show });
  } else {
    const { mountPastCall } = await import("./past_call.js");
    mountPastCall(root, full);
  }
}

function Failed({ text }) {
  return html`<div class="card empty">
    <h2>${text}</h2>
    <div class="row">
      <button class="button" onClick=${show}>${t("try_again")}</button>
      <a class="button quiet" href="/operator/calls">${t("all_calls")}</a>
    </div>
  </div>`;
}

render(html`<p class="muted" role="status">${t("loading")}</p>`, root);
show();
