// Up and down move through the queue; Enter opens, as with any link.
(function () {
  document.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.altKey || event.ctrlKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const lines = Array.from(document.querySelectorAll("[data-queue]"));
    if (!lines.length) return;
    event.preventDefault();
    const at = Math.max(lines.indexOf(document.activeElement), lines.findIndex((line) => line === document.activeElement));
    const from = at < 0 ? lines.findIndex((line) => line.getAttribute("aria-current") === "true") : at;
    const next = lines[Math.min(Math.max(from + (event.key === "ArrowDown" ? 1 : -1), 0), lines.length - 1)];
    next.focus();
  });
})();
