// Every word of the pages in Spanish and English. A page with many words of its own keeps them in
// a file beside it and adds them with addTexts(). `{name}` in a text is filled in by t().

const LANG = document.body.dataset.lang === "en" ? 1 : 0;

const TEXTS = {
  cancel: ["Cancelar", "Cancel"],
  close: ["Cerrar", "Close"],
  loading: ["Cargando…", "Loading…"],
  try_again: ["Probar de nuevo", "Try again"],
  all_calls: ["Todas las llamadas", "All calls"],
  business: ["Negocio", "Business"],
  // Who speaks
  speaker_business: ["Negocio", "Business"],
  speaker_agent: ["Agente", "Agent"],
  speaker_customer: ["Cliente", "Customer"],
  speaker_vocero: ["Vocero", "Vocero"],
  speaker_operator: ["Operador", "Operator"],
  // Where a call stands
  phase_dialing: ["Marcando", "Dialling"],
  phase_ringing: ["Suena", "Ringing"],
  phase_connecting: ["Conectando", "Connecting"],
  phase_talking: ["Hablando", "Talking"],
  phase_closing: ["Terminando", "Closing"],
  phase_ended: ["Terminada", "Ended"],
  // How a call ended
  status_booked: ["Reservado", "Booked"],
  status_no_availability: ["Sin lugar", "No availability"],
  status_callback_needed: ["Hay que volver a llamar", "Callback needed"],
  status_wrong_number: ["Número equivocado", "Wrong number"],
  status_no_answer: ["No contestan", "No answer"],
  status_failed: ["Falló", "Failed"],
  status_busy: ["Ocupado", "Busy"],
  status_voicemail: ["Contestador", "Voicemail"],
  status_cancelled: ["Cancelada", "Cancelled"],
  status_interrupted: ["Interrumpida", "Interrupted"],
  status_unconfirmed: ["Sin confirmar", "Unconfirmed"],
  status_: ["Sin resultado", "No result"],
  // What operators did
  act_login: ["entró", "logged in"],
  act_login_failed: ["no pudo entrar", "failed to log in"],
  act_logout: ["salió", "logged out"],
  act_opened: ["abrió la llamada", "opened the call"],
  act_listened: ["escucha", "listens"],
  act_stopped_listening: ["dejó de escuchar", "stopped listening"],
  act_revealed: ["vio los nombres y números", "saw names and numbers"],
  act_whispered: ["le sopló al agente", "whispered to the agent"],
  act_keys: ["marcó teclas", "pressed keys"],
  act_asked_customer: ["le preguntó al cliente", "asked the customer"],
  act_ended: ["pidió terminar la llamada", "asked to end the call"],
  act_ended_at_once: ["cortó la llamada", "hung up"],
  act_took_over: ["tomó la llamada", "took the call over"],
  act_handed_back: ["devolvió la llamada", "handed the call back"],
  act_downloaded: ["descargó la grabación", "downloaded the recording"],
  act_deleted: ["borró la llamada", "deleted the call"],
  detail_characters: ["{n} caracteres", "{n} characters"],
  detail_keys: ["{n} teclas", "{n} keys"],
  // What went wrong
  error_login: [
    "La sesión terminó. Hay que entrar de nuevo.",
    "The session has ended. Please log in again.",
  ],
  error_forged: [
    "Esta página es vieja. Hay que cargarla de nuevo.",
    "This page is out of date. Please load it again.",
  ],
  error_not_found: ["No existe esa llamada.", "There is no such call."],
  error_over: ["La llamada ya terminó.", "The call is over."],
  error_not_talking: [
    "Todavía no hay nadie en la línea, o ya se está despidiendo.",
    "Nobody is on the line yet, or it is saying goodbye already.",
  ],
  error_busy: ["Otra persona tiene la llamada.", "Another operator has the call."],
  error_bad_keys: ["Solo valen las teclas 0-9, * y #.", "Only the keys 0-9, * and # exist."],
  error_bad_request: ["Falta algo o no se entiende.", "Something is missing or not understood."],
  error_too_long: ["El texto es demasiado largo.", "The text is too long."],
  error_still_live: ["La llamada todavía está en curso.", "The call is still going on."],
  error_trouble: [
    "Algo falló de nuestro lado. Probar de nuevo.",
    "Something failed on our side. Try again.",
  ],
  error_unreachable: [
    "La llamada está en otro proceso de Vocero y ahora no se llega a él (Redis no responde). " +
      "No se hizo nada. Probar de nuevo en un momento.",
    "The call is with another worker of Vocero, which cannot be reached right now (Redis does " +
      "not answer). Nothing was done. Try again in a moment.",
  ],
  error_unanswered: [
    "La llamada está en otro proceso de Vocero, que no contestó: no se sabe si se hizo.",
    "The call is with another worker of Vocero, which did not answer: it may or may not be done.",
  ],
  error_offline: [
    "El servidor no responde. Probar de nuevo.",
    "The server does not answer. Try again.",
  ],
};

/** Add a page's own words: { key: [spanish, english] }. */
export function addTexts(texts) {
  Object.assign(TEXTS, texts);
}

/** The text of `key` in the page's language, its {names} filled from `values`; "" if unknown. */
export function t(key, values = {}) {
  const text = TEXTS[key]?.[LANG] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
