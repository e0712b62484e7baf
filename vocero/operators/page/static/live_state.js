// What the live page knows, as a pure reducer: (state, message, now_ms) -> state.
//
// Cards live in slots that do not move: a call that comes takes a free slot or a new one at the
// end, a call that ends stays where it is, with its outcome, until its slot is needed. So nothing
// jumps away under the pointer of an operator.

const MOST_ACTS = 200;
/** An ended call may be replaced by a new one after so long. */
const REUSE_AFTER_MS = 60_000;
const MOST_ENDED = 8;

export const NOTHING = {
  known: false,
  others: true,
  ahead_s: 0,
  slots: [],
  acts: [],
  came: null,
  went: null,
};

/**
 * `slots`: of { card, ended: null | { summary, at_ms } } or null (free).
 * `others`: whether the calls of Vocero's other workers are seen, if there are any.
 * `ahead_s`: how far the server's clock is ahead of this one.
 * `came`, `went`: the last call that began ({ card }) or ended ({ card, summary }), to be told.
 */
export function heard(state, message, now_ms) {
  switch (message.type) {
    case "snapshot":
      return snapshot(state, message, now_ms);
    case "call":
      return called(state, message.call, now_ms);
    case "over":
      return over(state, message, now_ms);
    case "gone":
      return gone(state, message.id);
    case "others":
      return { ...state, others: message.seen };
    case "act":
      return { ...state, acts: kept([...state.acts, message.act]) };
    default:
      return state;
  }
}

export function liveCount(state) {
  return state.slots.filter((slot) => slot && !slot.ended).length;
}

export function endedCount(state) {
  return state.slots.filter((slot) => slot?.ended).length;
}

/** Only calls that go on, closed up. */
export function withoutEnded(state) {
  return { ...state, slots: state.slots.filter((slot) => slot && !slot.ended) };
}

function snapshot(state, { now, calls, acts, others = true }, now_ms) {
  const cards = new Map(calls.map((card) => [card.id, card]));
  const slots = state.slots.map((slot) => {
    if (!slot) return slot;
    const card = cards.get(slot.card.id);
    cards.delete(slot.card.id);
    if (card) return { card, ended: null };
    if (!others && !slot.ended) return null; // It may go on where we cannot see it.
    // It ended while the connection was away, so how it ended is not known here.
    return slot.ended ? slot : { ...slot, ended: { summary: null, at_ms: now_ms } };
  });
  let next = { ...state, known: true, others, ahead_s: now - now_ms / 1000, slots };
  for (const card of cards.values()) next = placed(next, card, now_ms);
  return { ...next, acts: [...acts].sort((a, b) => a.number - b.number), came: null, went: null };
}

function called(state, card, now_ms) {
  const index = state.slots.findIndex((slot) => slot?.card.id === card.id);
  if (index < 0) return { ...placed(state, card, now_ms), came: { card } };
  return { ...state, slots: state.slots.with(index, { card, ended: null }) };
}

function over(state, { id, summary }, now_ms) {
  const index = state.slots.findIndex((slot) => slot?.card.id === id && !slot.ended);
  if (index < 0) return state;
  const { card } = state.slots[index];
  const slots = state.slots.with(index, { card, ended: { summary, at_ms: now_ms } });
  return { ...state, slots, went: { card, summary } };
}

/** Its worker cannot be seen any more: nothing is known of the call, also not that it ended. */
function gone(state, id) {
  const index = state.slots.findIndex((slot) => slot?.card.id === id && !slot.ended);
  return index < 0 ? state : { ...state, slots: state.slots.with(index, null) };
}

function placed(state, card, now_ms) {
  const slot = { card, ended: null };
  const index = freeSlot(state.slots, now_ms);
  if (index < 0) return { ...state, slots: [...state.slots, slot] };
  return { ...state, slots: state.slots.with(index, slot) };
}

function freeSlot(slots, now_ms) {
  const free = slots.indexOf(null);
  if (free >= 0) return free;
  let oldest = -1;
  let ended = 0;
  slots.forEach((slot, index) => {
    if (!slot.ended) return;
    ended += 1;
    if (oldest < 0 || slot.ended.at_ms < slots[oldest].ended.at_ms) oldest = index;
  });
  if (oldest < 0) return -1;
  const old = now_ms - slots[oldest].ended.at_ms > REUSE_AFTER_MS;
  return old || ended >= MOST_ENDED ? oldest : -1;
}

function kept(acts) {
  // Half at once: a list that loses its first line with every new one never stands still.
  return acts.length > MOST_ACTS ? acts.slice(MOST_ACTS / 2) : acts;
}
