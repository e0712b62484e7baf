// Runs before the first paint (a plain script, not a module): the chosen light or dark must not
// flash the other one first. Without a choice the stylesheet follows the system.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("vocero.theme");
  } catch {
    // Storage can be forbidden: the system's choice holds.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
