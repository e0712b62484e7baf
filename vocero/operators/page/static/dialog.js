// A modal dialog as a component: shown while it is drawn.

import { html, t } from "./common.js";
import { useEffect, useRef } from "./vendor/htm-preact.module.js";

/** `onClose()` is called when it is closed, by Escape too. The children stand below the title. */
export function Dialog({ title, text, onClose, children, wide = false }) {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby="dialog-title" onClose=${onClose}>
    <div class="stack">
      <div class="row apart dialog-head">
        <h2 id="dialog-title">${title}</h2>
        <button type="button" class="icon-button" aria-label=${t("close")} onClick=${() => dialog.current.close()}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg>
        </button>
      </div>
      ${text && html`<p class="muted">${text}</p>`}
      ${children}
    </div>
  </dialog>`;
}
