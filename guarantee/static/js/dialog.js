// <details class="ask"> becomes a modal dialog; a menu closes when one clicks elsewhere; files can
// be dropped on .drop; <select data-send> and a language switch send their form at once.
(function () {
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("details.ask > summary");
    if (summary) {
      event.preventDefault();
      const details = summary.parentElement, panel = details.querySelector("dialog");
      details.open = true;
      panel.removeAttribute("open");
      panel.showModal();
      const first = panel.querySelector("[autofocus], input:not([type=hidden]), textarea, select, [data-no]");
      if (first) first.focus();
      panel.addEventListener("close", () => { details.open = false; summary.focus(); }, { once: true });
      return;
    }
    const no = event.target.closest("dialog [data-no]");
    if (no) { event.preventDefault(); no.closest("dialog").close(); return; }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const printer = event.target.closest("[data-print]");
    if (printer) { event.preventDefault(); window.print(); }
    const copier = event.target.closest("[data-copy]");
    if (copier && navigator.clipboard) navigator.clipboard.writeText(copier.dataset.copy);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-send], input[data-send]")) event.target.form.requestSubmit();
  });
  for (const drop of document.querySelectorAll(".drop")) {
    const input = drop.querySelector("input[type=file]");
    if (!input) continue;
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); input.files = event.dataTransfer.files; });
  }
})();
