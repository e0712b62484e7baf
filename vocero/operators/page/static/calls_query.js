// What is searched for in the list of calls, in the address bar and for the server. No page in it.

import { STATUSES } from "./past_format.js";

export const NOTHING = Object.freeze({ text: "", statuses: [], from: "", to: "" });

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The query of "?text=…&status=a,b&from=…&to=…"; what makes no sense is left out. */
export function queryOf(search) {
  const asked = new URLSearchParams(search);
  const day = (name) => (DAY.test(asked.get(name) ?? "") ? asked.get(name) : "");
  const statuses = (asked.get("status") ?? "").split(",");
  return {
    text: asked.get("text") ?? "",
    statuses: STATUSES.filter((status) => statuses.includes(status)),
    from: day("from"),
    to: day("to"),
  };
}

/** The parameters of a query, "" for none; `before`: the cursor of the next page. */
export function paramsOf({ text, statuses, from, to }, before = null) {
  const asked = new URLSearchParams();
  if (text.trim()) asked.set("text", text.trim());
  if (statuses.length) asked.set("status", statuses.join(","));
  if (from) asked.set("from", from);
  if (to) asked.set("to", to);
  if (before !== null) asked.set("before", before);
  return asked.toString();
}

export function isNothing(query) {
  return paramsOf(query) === "";
}
