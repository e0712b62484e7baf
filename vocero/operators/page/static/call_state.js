// What the page of one live call knows, as a pure reducer: (state, message) -> state.

const MOST_ACTS = 100;

/** From the server's first answer. `over`: null, or { summary } once the call has ended.
 *  `unseen`: another worker has it, and that one cannot be seen. */
export function begun(full) {
  return {
    id: full.id,
    full,
    card: null,
    ahead_s: 0,
    entries: full.entries,
    figures: {},
    acts: full.acts,
    over: null,
    unseen: false,
  };
}

export function heard(state, message) {
  switch (message.type) {
    case "snapshot": {
      const card = message.calls.find((one) => one.id === state.id);
      const ahead_s = message.now - Date.now() / 1000;
      if (!card && message.others === false) return { ...state, ahead_s, unseen: !state.over };
      if (!card) return { ...state, ahead_s, unseen: false, over: state.over ?? { summary: null } };
      return { ...message.acts.reduce(withAct, state), card, ahead_s, unseen: false };
    }
    case "call":
      return message.call.id === state.id ? { ...state, card: message.call, unseen: false } : state;
    case "gone":
      return message.id === state.id && !state.over ? { ...state, unseen: true } : state;
    case "over":
      if (message.id !== state.id) return state;
      return { ...state, unseen: false, over: { summary: message.summary } };
    case "entries": {
      if (message.id !== state.id) return state;
      return {
        ...state,
        entries: message.whole ? message.entries : [...state.entries, ...message.entries],
      };
    }
    case "figures":
      return message.id === state.id ? { ...state, figures: message.figures } : state;
    case "act":
      return withAct(state, message.act);
    default:
      return state;
  }
}

function withAct(state, act) {
  const known = act.call !== state.id || state.acts.some((one) => one.number === act.number);
  return known ? state : { ...state, acts: [...state.acts, act].slice(-MOST_ACTS) };
}
