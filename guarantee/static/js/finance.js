// The worklist of differences by keyboard, and originals ticked off by a scanner.
//   j k ↓ ↑ move · x or space tick · g the whole group · 1–4 decide · u undo · s the near match.
// A decision without a reason goes to the reason's field and waits there for Enter.
(function () {
  const table = document.querySelector("[data-work]");
  const form = document.getElementById("decide");
  const zh = document.documentElement.lang.startsWith("zh");
  const writes = (e) => e.matches("input:not([type=checkbox]), textarea, select");

  if (table) {
    const rows = Array.from(table.querySelectorAll("[data-row]"));
    const kept = `row:${location.pathname}`;
    const boxOf = (row) => row.querySelector("input[name=difference]");
    const groupBox = (key) => table.querySelector(`tr[data-group="${CSS.escape(key)}"] input[name=group]`);
    let here = Math.min(Number(sessionStorage.getItem(kept) || 0), rows.length - 1);

    const go = (to, scroll) => {
      if (!rows.length) return;
      rows[here]?.classList.remove("current");
      here = Math.max(0, Math.min(to, rows.length - 1));
      rows[here].classList.add("current");
      sessionStorage.setItem(kept, here);
      if (scroll) rows[here].scrollIntoView({ block: "nearest" });
    };
    const count = () => {
      const told = document.querySelector("[data-chosen]");
      if (!told) return;
      const n = table.querySelectorAll("input[name=difference]:checked").length;
      const groups = table.querySelectorAll("input[name=group]:checked").length;
      told.textContent = n || groups
        ? (zh ? `已勾选 ${n} 项${groups ? `（含 ${groups} 个整组）` : ""}` : `${n} ticked${groups ? `, ${groups} whole groups` : ""}`)
        : (zh ? "未勾选时处理当前行" : "nothing ticked: the current row");
    };
    const tickGroup = (key, on) => {
      for (const row of rows) if (row.dataset.in === key && !row.querySelector("[data-undo]")) boxOf(row).checked = on;
    };
    const actions = {
      j: () => go(here + 1, true), ArrowDown: () => go(here + 1, true),
      k: () => go(here - 1, true), ArrowUp: () => go(here - 1, true),
      Home: () => go(0, true), End: () => go(rows.length - 1, true),
      x: () => { const box = boxOf(rows[here]); if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); } },
      g: () => { const box = groupBox(rows[here].dataset.in); if (box) box.click(); },
      u: () => rows[here].querySelector("[data-undo]")?.click(),
      s: () => { const to = rows.findIndex((row) => row.id === rows[here].dataset.near); if (to >= 0) go(to, true); },
    };
    actions[" "] = actions.x;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog:modal")) return;
      if (writes(event.target) || event.target.matches("button, summary, a") && [" ", "Enter"].includes(event.key)) return;
      const action = actions[event.key];
      if (!action || !rows.length) return;
      event.preventDefault();
      action();
    });
    table.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) go(rows.indexOf(row), false);
    });
    table.addEventListener("change", (event) => {
      if (event.target.name === "group") tickGroup(event.target.value, event.target.checked);
      if (event.target.name === "difference" && !event.target.checked) {
        const box = groupBox(event.target.closest("tr").dataset.in);
        if (box) box.checked = false;
      }
      count();
    });
    for (const box of table.querySelectorAll("input[name=group]:checked")) tickGroup(box.value, true);
    go(here, sessionStorage.getItem(kept) !== null);
    count();

    const reason = document.querySelector("[data-reason]");
    let pending = null;
    if (form && reason) {
      for (const button of document.querySelectorAll("[data-decision]")) {
        button.addEventListener("click", (event) => {
          if (!table.querySelector("input[name=difference]:checked, input[name=group]:checked") && rows.length) {
            const box = boxOf(rows[here]);
            if (box) { box.checked = true; count(); }
          }
          if (reason.value.trim()) return;
          event.preventDefault();
          pending?.classList.remove("pending");
          pending = button;
          button.classList.add("pending");
          reason.focus();
          const said = button.lastChild.textContent.trim();
          reason.placeholder = zh ? `理由，按 Enter：${said}` : `reason, then Enter: ${said}`;
        });
      }
      reason.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { reason.blur(); event.stopPropagation(); }
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        if (pending && reason.value.trim()) form.requestSubmit(pending);
      });
    }
  }

  const key = (text) => text.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  for (const scan of document.querySelectorAll("form[data-scan]")) {
    const field = scan.querySelector("textarea");
    const boxes = Array.from(scan.querySelectorAll("input[name=code]"));
    const told = scan.querySelector("[data-ticked]");
    const tell = () => { if (told) told.textContent = zh ? `已勾选 ${boxes.filter((b) => b.checked).length} / ${boxes.length}` : `${boxes.filter((b) => b.checked).length} of ${boxes.length} ticked`; };
    field.addEventListener("input", () => {
      const lines = field.value.split("\n");
      const left = [];
      for (const [at, line] of lines.entries()) {
        const box = line.trim() && boxes.find((one) => key(one.value) === key(line));
        if (box && (at < lines.length - 1)) {
          box.checked = true;
          box.parentElement.classList.add("here");
          box.parentElement.scrollIntoView({ block: "nearest" });
        } else left.push(line);
      }
      if (left.length !== lines.length) field.value = left.join("\n");
      tell();
    });
    scan.addEventListener("change", tell);
    scan.querySelector("[data-tick-all]")?.addEventListener("click", () => { for (const box of boxes) box.checked = true; tell(); });
    if (boxes.length) tell();
  }
})();
