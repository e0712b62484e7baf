// The name is remembered on this machine, so that only the password is left to type.

const KEY = "vocero.name";
const name = document.getElementById("name");
const password = document.getElementById("password");

try {
  if (!name.value) name.value = localStorage.getItem(KEY) ?? "";
} catch {
  // Storage can be forbidden: then the name is typed every time.
}
(name.value ? password : name).focus();

document.querySelector("form.login").addEventListener("submit", () => {
  try {
    localStorage.setItem(KEY, name.value.trim());
  } catch {
    // As above.
  }
});
