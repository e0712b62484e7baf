// Where in a recording each line of a call is heard. No page in it.

import { linesOf } from "./transcript.js";

/** The least a sentence of the business began before its transcript came. */
const LEAST_LEAD_S = 1.5;
/** People speak about so fast; the transcript follows their last word after a while. */
const LETTERS_PER_S = 14;
const TRANSCRIBED_AFTER_S = 0.5;
const LONGEST_LEAD_S = 12;
/** What the agent says is told just as its sound begins. */
const AGENT_LEAD_S = 0.3;

/**
 * The lines of transcript.js with `from`: the second of the recording at which one's words begin,
 * null where there is nothing to hear, and `shown`: the time that is written beside it, which is
 * below 0 for what was before the recording. `began`: the second of the call at which the recording
 * begins, null when there is none.
 */
export function heardLines(entries, began) {
  return linesOf(entries).map((line) =>
    line.type === "said"
      ? { ...line, ...heardAndShown(heardFrom(line, began), line, began), unsaid: unsaidOf(line) }
      : { ...line, ...heardAndShown(null, line, began) },
  );
}

// One clock on the page: that of the player where there is one, else since the call was ordered.
function heardAndShown(from, { at_s }, began) {
  const shown = began === null || began === undefined ? at_s : (from ?? at_s - began);
  return { from, shown };
}

/** Second of the recording at which words begin that were transcribed at `at_s`; null: no sound. */
export function heardFrom({ at_s, text, speaker }, began) {
  if (began === null || began === undefined) return null;
  const spoken = TRANSCRIBED_AFTER_S + text.length / LETTERS_PER_S;
  const lead =
    speaker === "business"
      ? Math.min(LONGEST_LEAD_S, Math.max(LEAST_LEAD_S, spoken))
      : AGENT_LEAD_S;
  return Math.max(0, at_s - lead - began);
}

/** The line that is heard at a second of the recording, or null before the first. */
export function lineAt(lines, second) {
  let heard = null;
  for (const line of lines) {
    if (line.from === null || line.from > second + 0.05) continue;
    if (heard === null || line.from >= heard.from) heard = line;
  }
  return heard;
}

/** The line said after (step 1) or before (step -1) the one that is heard now; null of none. */
export function neighbour(lines, heard, step) {
  const said = lines.filter((line) => line.from !== null);
  const index = heard ? said.indexOf(heard) + step : 0;
  return said[Math.max(0, Math.min(said.length - 1, index))] ?? null;
}

/** The smallest value that `share` (0..1) of the values do not exceed; null of nothing. */
export function percentile(values, share) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The fields of a tool's JSON as [name, value] pairs, or null: it is none, or was capped. */
export function fieldsOf(json) {
  try {
    const fields = JSON.parse(json);
    if (fields === null || typeof fields !== "object" || Array.isArray(fields)) return null;
    return Object.entries(fields);
  } catch {
    return null; // Shown as it came.
  }
}

// A cut sentence is told with dots at the cut, so it is no plain beginning of the whole one.
function unsaidOf({ text, unsaid }) {
  const heard = text.replace(/[.…\s]+$/, "");
  return unsaid.startsWith(heard) ? unsaid.slice(heard.length).trim() : unsaid;
}
