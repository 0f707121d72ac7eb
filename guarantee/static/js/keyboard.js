// Keys. An element with data-key="F9" (or "Alt+N", "/", "1") is clicked, or focused when it is a
// field. Keys that write something count only while nobody is writing. In a form with
// data-enter-next, Enter moves to the next field and submits only from the last.
(function () {
  const writes = (element) => element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select"));
  const name = (event) => (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") +
    (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const seen = (element) => element.offsetParent !== null || element.closest("dialog[open]");

  function press(event) {
    if (event.repeat || event.isComposing || event.metaKey) return;
    const key = name(event);
    const plain = event.key.length === 1 && !event.ctrlKey && !event.altKey;
    if (plain && writes(event.target)) return;
    const dialog = document.querySelector("dialog:modal");
    const found = Array.from((dialog || document).querySelectorAll("[data-key]"))
      .find((element) => element.dataset.key.split(" ").includes(key) && !element.disabled && seen(element));
    if (!found) return;
    event.preventDefault();
    if (writes(found)) { found.focus(); if (found.select) found.select(); } else found.click();
  }

  function moveOn(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input, select")) return;
    const form = event.target.closest("form[data-enter-next]");
    if (!form || event.target.type === "submit") return;
    const fields = Array.from(form.elements).filter((element) =>
      element.matches("input:not([type=hidden]), select, textarea, button") && !element.disabled && seen(element));
    const next = fields[fields.indexOf(event.target) + 1];
    if (!next || next.matches("button")) return;
    event.preventDefault();
    next.focus();
    if (next.select) next.select();
  }

  document.addEventListener("keydown", press);
  document.addEventListener("keydown", moveOn);
})();
