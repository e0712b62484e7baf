// What the pages build on, in one place to import from.

export { ApiError, api, page, socketAddress, toLogin, words } from "./api.js";
export { Connection } from "./connection.js";
export { clock, dayAndTime, duration, median, milliseconds, number } from "./format.js";
export { colour, confirmed, onTheme, toast } from "./shell.js";
export { addTexts, t } from "./texts.js";
export * from "./vendor/htm-preact.module.js";
