// The list of past calls: search as you type, filters, older ones on demand.

import "./texts_past.js";
import {
  api,
  dayAndTime,
  duration,
  html,
  number,
  render,
  t,
  toast,
  useEffect,
  useRef,
  useState,
  words,
} from "./common.js";
import { NOTHING, isNothing, paramsOf, queryOf } from "./calls_query.js";
import { OutcomeBadge, Party, STATUSES, slotWords } from "./past_format.js";

const TYPING_MS = 250;
/** Pages that are fetched again after coming back from a call: what was seen is there again. */
const MOST_PAGES = 8;

function Calls() {
  const [query, setQuery] = useState(() => queryOf(location.search));
  const { found, older, trouble, busy, again } = useCalls(query);
  const change = (part) => setQuery((now) => ({ ...now, ...part }));
  return html`
    <div class="page-head"><h1>${t("calls_title")}</h1></div>
    <div class="stack">
      <${Filters} query=${query} change=${change} />
      <p class="small muted" role="status">${countWords(found, busy)}</p>
      ${
        trouble &&
        html`<div class="notice bad row apart" role="alert">
        <span>${trouble}</span>
        <button class="button slim" type="button" onClick=${again}>${t("try_again")}</button>
      </div>`
      }
      ${
        found &&
        (found.calls.length
          ? html`<${List} calls=${found.calls} />`
          : html`<${Empty} searched=${!isNothing(query)} />`)
      }
      ${
        found?.before != null &&
        html`<button class="button calls-older" type="button"
          aria-disabled=${busy} onClick=${older}>${busy ? t("loading") : t("calls_older")}</button>`
      }
    </div>`;
}

/** Asks for what the query wants. The address bar keeps the query; a late answer is dropped. */
function useCalls(query) {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(true);
  const [tries, setTries] = useState(0);
  const turn = useRef(0);
  const first = useRef(true);

  async function ask(mine, known, pages) {
    setBusy(true);
    try {
      let { calls, before } = known;
      for (let page = 0; page < pages && (page === 0 || before !== null); page += 1) {
        const got = await api(`calls?${paramsOf(query, before)}`);
        if (turn.current !== mine) return;
        calls = [...calls, ...got.calls];
        before = got.before;
        remember(known.pages + page + 1);
      }
      setFound({ calls, before, pages: known.pages + pages });
      setTrouble("");
    } catch (error) {
      if (turn.current !== mine) return;
      if (known.pages === 0) setFound(null); // What is shown belongs to another query.
      setTrouble(words(error));
    }
    if (turn.current === mine) setBusy(false);
  }

  const asked = paramsOf(query);
  useEffect(() => {
    const pages = first.current ? Math.min(history.state?.pages ?? 1, MOST_PAGES) : 1;
    const wait = first.current ? 0 : TYPING_MS;
    first.current = false;
    const mine = (turn.current += 1);
    setBusy(true);
    const timer = setTimeout(() => {
      history.replaceState(history.state, "", asked ? `?${asked}` : location.pathname);
      sessionStorage.setItem("vocero.list", location.search); // For the way back from a call.
      ask(mine, { calls: [], before: null, pages: 0 }, pages);
    }, wait);
    return () => clearTimeout(timer);
  }, [asked, tries]);

  async function older() {
    if (busy) return;
    const seen = found.calls.length;
    await ask((turn.current += 1), found, 1);
    // Who came by keyboard goes on with the first of the older ones.
    requestAnimationFrame(() => document.querySelectorAll(".calls-list a")[seen]?.focus());
  }
  return { found, older, trouble, busy, again: () => setTries(tries + 1) };
}

function remember(pages) {
  history.replaceState({ ...history.state, pages }, "");
}

function countWords(found, busy) {
  if (!found) return busy ? t("loading") : "";
  const n = found.calls.length;
  if (found.before !== null) return t("calls_count_more", { n: number(n) });
  return n === 1 ? t("calls_count_one") : t("calls_count", { n: number(n) });
}

function Filters({ query, change }) {
  const field = useRef(null);
  useEffect(() => {
    // "/" leads to the search, as on most pages with a list.
    const onKey = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select")) return;
      event.preventDefault();
      field.current.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const toggle = (status) =>
    change({
      statuses: query.statuses.includes(status)
        ? query.statuses.filter((other) => other !== status)
        : [...query.statuses, status],
    });
  return html`<search class="card stack calls-filters">
    <div class="calls-fields">
      <label class="field"><span>${t("calls_search")}</span>
        <input ref=${field} class="input" type="search" maxlength="200" autocomplete="off"
          placeholder=${t("calls_search_hint")} value=${query.text}
          onInput=${(event) => change({ text: event.target.value })} /></label>
      <label class="field"><span>${t("calls_from")}</span>
        <input class="input" type="date" value=${query.from} max=${query.to}
          onChange=${(event) => change({ from: event.target.value })} /></label>
      <label class="field"><span>${t("calls_to")}</span>
        <input class="input" type="date" value=${query.to} min=${query.from}
          onChange=${(event) => change({ to: event.target.value })} /></label>
    </div>
    <div class="row calls-outcomes" role="group" aria-label=${t("calls_outcomes")}>
      ${STATUSES.map(
        (status) => html`<button key=${status} type="button" class="chip"
        aria-pressed=${String(query.statuses.includes(status))}
        onClick=${() => toggle(status)}>${t(`status_${status}`)}</button>`,
      )}
      ${
        !isNothing(query) &&
        html`<button class="button quiet slim" type="button"
        onClick=${() => change(NOTHING)}>${t("calls_clear")}</button>`
      }
    </div>
  </search>`;
}

function List({ calls }) {
  return html`<div class="card calls-list">
    <div class="calls-row calls-names" aria-hidden="true">
      ${["when", "business", "service", "outcome", "slot", "length", "sound"].map(
        (name) => html`
        <span key=${name} class=${`calls-${name}`}>${t(`calls_${name}`)}</span>`,
      )}
    </div>
    <ol>${calls.map((call) => html`<${Row} key=${call.id} call=${call} />`)}</ol>
  </div>`;
}

function Row({ call }) {
  return html`<li><a class="calls-row" href=${`/operator/calls/${encodeURIComponent(call.id)}`}>
    <time class="calls-when num" datetime=${new Date(call.created_at * 1000).toISOString()}>
      ${dayAndTime(call.created_at)}</time>
    <span class="calls-business"><${Party} party=${call.business} /></span>
    <span class="calls-service">${call.service}</span>
    <span class="calls-outcome"><${OutcomeBadge} status=${call.status} live=${call.live} /></span>
    <span class="calls-slot">${slotWords(call)}</span>
    <span class="calls-length num">${call.talked_s ? duration(call.talked_s) : ""}</span>
    <span class="calls-sound"><${Sound} has=${call.has_sound} /></span>
  </a></li>`;
}

function Sound({ has }) {
  if (!has) return html`<span class="hidden-words">${t("calls_no_sound")}</span>`;
  return html`<svg class="sound-mark" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M3 8v4M7 5v10M11 2.5v15M15 6v8M18.5 8.5v3" /></svg>
    <span class="hidden-words">${t("calls_has_sound")}</span>`;
}

function Empty({ searched }) {
  const key = searched ? "calls_nothing" : "calls_none";
  return html`<div class="card empty"><h2>${t(key)}</h2><p>${t(`${key}_hint`)}</p></div>`;
}

// past_call.js leaves a word here when it has deleted a call and comes back.
if (sessionStorage.getItem("vocero.deleted")) {
  sessionStorage.removeItem("vocero.deleted");
  toast(t("calls_deleted"), "good");
}
render(html`<${Calls} />`, document.getElementById("page"));
