"use strict";
// Keys press the button or follow the link that names them; typing in a field is left alone.
let pressed = false;
function named(event) {
  const shifted = event.shiftKey && /^Digit[1-9]$/.test(event.code) ? "shift " + event.code.slice(5) : null;
  return shifted || event.key.toLowerCase();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const at = event.target;
  if (at instanceof HTMLTextAreaElement) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (at instanceof HTMLSelectElement) return;
  if (event.key === "r") {
    const reason = document.querySelector("#decide textarea[name=reason]");
    if (reason) { event.preventDefault(); reason.focus(); }
    return;
  }
  const found = document.querySelector(`[data-key="${CSS.escape(named(event))}"]`);
  if (found) { event.preventDefault(); found.click(); }
});
document.addEventListener("submit", (event) => {
  if (pressed) { event.preventDefault(); return; }
  pressed = true;
});
window.addEventListener("pageshow", (event) => { pressed = false; if (event.persisted) location.reload(); });
