// Words of the live page. Each key: [Spanish, English].

import { addTexts } from "./texts.js";

addTexts({
  live_title: ["En vivo", "Live"],
  live_none: ["No hay llamadas ahora", "No calls now"],
  live_none_hint: [
    "Cuando un cliente confirma un pedido por WhatsApp, la llamada aparece aquí sola. " +
      "Desde aquí se escucha, se le sopla al agente o se toma la llamada.",
    "When a customer confirms an errand on WhatsApp, the call shows up here by itself. " +
      "From here you can listen, whisper to the agent or take the call over.",
  ],
  live_past: ["Ver llamadas anteriores", "See past calls"],
  live_count: ["{n} en curso", "{n} going on"],
  live_tidy: ["Quitar terminadas", "Clear ended"],
  live_came: ["Nueva llamada: {business}", "New call: {business}"],
  live_went: ["{business}: {outcome}", "{business}: {outcome}"],
  live_for: ["para {customer}", "for {customer}"],
  live_words_none: ["Todavía no habló nadie", "Nobody has spoken yet"],
  live_listeners: ["{n} escuchando", "{n} listening"],
  live_listeners_none: ["Nadie escucha", "Nobody listens"],
  live_open: ["Abrir", "Open"],
  live_see: ["Ver", "See"],
  live_taken: ["Habla {name}", "{name} speaks"],
  live_ended_away: ["Terminó sin conexión", "Ended while disconnected"],
  live_unnamed: ["Sin nombre", "No name"],
  others_unseen: [
    "Ahora no se ven las llamadas de los otros procesos de Vocero: Redis no responde. " +
      "Esas llamadas siguen, y las que se ven aquí funcionan como siempre.",
    "The calls of Vocero's other workers cannot be seen right now: Redis does not answer. " +
      "Those calls go on, and the ones that you see here work as always.",
  ],
  call_unseen: [
    "Ahora no se ve esta llamada: el proceso de Vocero que la tiene no responde. " +
      "En cuanto responda, sigue aquí sola.",
    "This call cannot be seen right now: the worker of Vocero that has it does not answer. " +
      "As soon as it does, it goes on here by itself.",
  ],
  live_time: ["Duración", "Duration"],
  acts_title: ["Registro", "Log"],
  acts_none: [
    "Aquí queda lo que hacen los operadores: quién escucha, sopla, toma o corta.",
    "What operators do is kept here: who listens, whispers, takes over or hangs up.",
  ],
  acts_all: ["Ver todo", "See all"],
  level_business: ["Nivel del negocio", "Business level"],
  level_agent: ["Nivel del agente", "Agent level"],
  silent: ["silencio", "silent"],
  connected: ["Conectado", "Connected"],
  connecting: ["Conectando…", "Connecting…"],
  connection_gone: ["Hay que recargar la página", "Please reload the page"],
  reconnecting: ["Reconectando, desde {time}", "Reconnecting, since {time}"],
  machine_human: ["Atendió una persona", "A person picked up"],
  machine_unknown: ["No se sabe quién atendió", "Unknown who picked up"],
  machine_fax: ["Atendió un fax", "A fax picked up"],
  machine_machine: ["Atendió un contestador", "A machine picked up"],
});
