// A call's entries as the lines that are shown. Pure: the same entries give the same lines.
//
// A line is { key, at_s, type, … } with type:
//   said     speaker, text, unsaid (what was cut off), answer_ms (the agent's, or null)
//   tool     name, asked, answered (null while it runs)
//   keys     speaker, text
//   told     speaker, text       something the agent was told during the call
//   phase    text                a phase of the call
//   machine  text                the verdict on who picked up
//   trouble  text
//   interrupted
//   taken / returned  text       an operator speaks / the agent speaks again

const ANSWER = /^answer_ms=(\d+)$/;
/** An answer time belongs to words that were noted at most so long before it. */
const SAME_TURN_S = 6;

/** `entries`: of { at_s, kind, speaker, text }, oldest first. */
export function linesOf(entries) {
  const lines = [];
  let measured = null;
  entries.forEach((entry, index) => {
    const { at_s, kind, text, speaker } = entry;
    const line = { key: index, at_s, speaker, text };
    switch (kind) {
      case "said": {
        const said = { ...line, type: "said", unsaid: "", answer_ms: null };
        if (speaker === "agent" && measured !== null) {
          said.answer_ms = measured;
          measured = null;
        }
        lines.push(said);
        break;
      }
      case "corrected":
        correct(lines, text);
        break;
      case "tool_called":
        lines.push({ ...line, type: "tool", ...nameAndRest(text, "asked"), answered: null });
        break;
      case "tool_answered":
        answerTool(lines, line);
        break;
      case "measured": {
        const found = ANSWER.exec(text);
        if (found && !answered(lines, Number(found[1]), at_s)) measured = Number(found[1]);
        break;
      }
      default:
        if (kind in TYPES) lines.push({ ...line, type: TYPES[kind] });
    }
  });
  return lines;
}

/** The answer times in milliseconds, oldest first. */
export function answerTimes(entries) {
  return entries
    .map((entry) => (entry.kind === "measured" ? ANSWER.exec(entry.text) : null))
    .filter(Boolean)
    .map((found) => Number(found[1]));
}

const TYPES = {
  keys: "keys",
  told_agent: "told",
  phase: "phase",
  machine: "machine",
  trouble: "trouble",
  interrupted: "interrupted",
  taken_over: "taken",
  handed_back: "returned",
};

function lastSaidByAgent(lines) {
  return lines.findLastIndex((line) => line.type === "said" && line.speaker === "agent");
}

function correct(lines, text) {
  const index = lastSaidByAgent(lines);
  if (index < 0) return;
  const line = lines[index];
  const whole = line.text;
  const unsaid = whole.startsWith(text) ? whole.slice(text.length) : whole === text ? "" : whole;
  lines[index] = { ...line, text, unsaid: unsaid.trim() };
}

function answered(lines, answer_ms, at_s) {
  const index = lastSaidByAgent(lines);
  if (index < 0 || lines[index].answer_ms !== null) return false;
  // Words after the business's last ones: else they belong to the turn before.
  const turnIsNewer = lines
    .slice(index)
    .some((line) => line.type === "said" && line.speaker === "business");
  if (turnIsNewer || at_s - lines[index].at_s > SAME_TURN_S) return false;
  lines[index] = { ...lines[index], answer_ms };
  return true;
}

function nameAndRest(text, rest) {
  const space = text.indexOf(" ");
  return space < 0
    ? { name: text, [rest]: "" }
    : { name: text.slice(0, space), [rest]: text.slice(space + 1) };
}

function answerTool(lines, line) {
  const { name, answered: answer } = nameAndRest(line.text, "answered");
  const index = lines.findLastIndex(
    (other) => other.type === "tool" && other.name === name && other.answered === null,
  );
  if (index < 0) lines.push({ ...line, type: "tool", name, asked: "", answered: answer });
  else lines[index] = { ...lines[index], answered: answer };
}
