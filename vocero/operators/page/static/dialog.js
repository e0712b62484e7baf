// A modal dialog as a component: shown while it is drawn.

import { html, t } from "./common.js";
import { useEffect, useRef } from "./vendor/htm-preact.module.js";
import { Icon } from "./icons.js";

/** `onClose()` is called when it is closed, by Escape too. The children stand below the title. */
export function Dialog({ title, text, onClose, children }) {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  const close = () => dialog.current.close();
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onClose=${onClose}>
    <div class="stack">
      <div class="row apart dialog-head">
        <h2 id="dialog-title">${title}</h2>
        <button type="button" class="icon-button" aria-label=${t("close")} onClick=${close}>
          <${Icon} name="close" />
        </button>
      </div>
      ${text && html`<p class="muted">${text}</p>`}
      ${children}
    </div>
  </dialog>`;
}
