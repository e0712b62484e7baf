// What every page has around its content: light or dark, leaving, short messages, questions.

import { page } from "./api.js";
import { html, render } from "./vendor/htm-preact.module.js";
import { t } from "./texts.js";

const TOAST_MS = 6_000;
const MOST_TOASTS = 4;

/** Say something short in the corner; read out by screen readers. `kind`: "", good, warn, bad. */
export function toast(text, kind = "") {
  const box = document.getElementById("toasts");
  if (box.children.length >= MOST_TOASTS) box.firstChild.remove();
  const taken = new Set(
    [...box.children].map((line) => Number(line.style.getPropertyValue("--place"))),
  );
  let place = 0;
  while (taken.has(place)) place += 1;
  const line = document.createElement("div");
  line.className = `toast ${kind}`;
  line.style.setProperty("--place", place);
  line.textContent = text;
  box.append(line);
  setTimeout(() => line.remove(), TOAST_MS);
}

/**
 * Ask before something that cannot be taken back. Returns true or false.
 * `title`, `text`, `yes`: words; `danger`: the answer is coloured as such.
 */
export function confirmed({ title, text, yes, danger = false }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "confirm-title");
    render(
      html`<form method="dialog" class="stack">
        <h2 id="confirm-title">${title}</h2>
        <p class="muted">${text}</p>
        <div class="ends">
          <button class="button" value="no">${t("cancel")}</button>
          <button class="button primary ${danger ? "danger" : ""}" value="yes">${yes}</button>
        </div>
      </form>`,
      dialog,
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Canvases draw with the stylesheet's colours: `name` as in base.css, without the dashes. */
export function colour(name) {
  return resolved(`var(--${name})`);
}

// light-dark() is resolved for real properties only, so the colour is read off an element.
const swatch = document.createElement("i");
swatch.hidden = true;
document.body.append(swatch);
function resolved(value) {
  swatch.style.color = value;
  return getComputedStyle(swatch).color;
}

/** Call `then` whenever light and dark change, by the button or by the system. */
export function onTheme(then) {
  document.addEventListener("vocero-theme", then);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", then);
  return () => {
    document.removeEventListener("vocero-theme", then);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", then);
  };
}

document.querySelector('[data-act="theme"]')?.addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("vocero.theme", theme);
  } catch {
    // Storage can be forbidden: then it holds for this page only.
  }
  document.dispatchEvent(new Event("vocero-theme"));
});

document.querySelector('[data-act="logout"]')?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { "X-CSRF-Token": page.csrf };
  const body = new URLSearchParams({ csrf: page.csrf });
  await fetch("/operator/logout", { method: "POST", headers, body }).catch(() => null);
  location.assign("/operator/login");
});
