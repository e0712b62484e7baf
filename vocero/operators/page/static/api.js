// Asking the server: every request carries the CSRF token, every failure becomes an ApiError whose
// `code` is one of the server's codes (or "offline") and whose `words` a person can read.

import { t } from "./texts.js";

const TIMEOUT_MS = 15_000;

/** What the server said of this page: who is logged in, which call, which language. */
export const page = {
  csrf: document.body.dataset.csrf,
  call: document.body.dataset.call,
  name: document.body.dataset.name,
  lang: document.body.dataset.lang === "en" ? "en" : "es",
  nonce: document.body.dataset.nonce,
};

export class ApiError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }

  get words() {
    return t(`error_${this.code}`) || t("error_trouble");
  }
}

/** What to show of anything that was thrown. */
export function words(error) {
  return error instanceof ApiError ? error.words : t("error_trouble");
}

/**
 * Ask `path` (below /operator/api/) and return its JSON.
 * `method` is POST as soon as there is a `body`. Throws ApiError. A login that has run out leads
 * to the login page and back here.
 */
export async function api(path, { method, body, timeout_ms = TIMEOUT_MS } = {}) {
  const verb = method ?? (body === undefined ? "GET" : "POST");
  const headers = { Accept: "application/json" };
  if (verb !== "GET") headers["X-CSRF-Token"] = page.csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/operator/api/${path}`, {
      method: verb,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeout_ms),
    });
  } catch {
    throw new ApiError("offline");
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  const code = typeof told?.error === "string" ? told.error : "trouble";
  if (code === "login") toLogin();
  throw new ApiError(code);
}

/** Leave for the login page, which leads back here. */
export function toLogin() {
  location.assign(
    `/operator/login?next=${encodeURIComponent(location.pathname + location.search)}`,
  );
}

/** The address of one websocket with a fresh ticket. `purpose`: live, listen or speak. */
export async function socketAddress(purpose, call = "") {
  const id = encodeURIComponent(call);
  const path = call ? `calls/${id}/ticket` : "ticket";
  const { ticket } = await api(path, { body: { for: purpose } });
  const where = call ? `/operator/calls/${id}/${purpose}` : `/operator/${purpose}`;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${where}?ticket=${encodeURIComponent(ticket)}`;
}
