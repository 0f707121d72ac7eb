// A desk that keeps itself up to date. <div data-live="/events" data-live-since="ID" data-live-from="URL">
// listens; <section id data-live-part="kind kind" data-live-case="ID"> is fetched again when an event of
// one of its kinds comes (and, where the event names a case, that case). What somebody is writing in is
// never replaced: a notice offers the new state instead. Several tabs share one line to the server.
(function () {
  const desk = document.querySelector("[data-live]");
  if (!desk || !window.EventSource) return;
  const KINDS = ["call", "case", "verified", "issued", "letter", "closed", "arrived", "handed_over", "ticket", "top_up", "copy", "guarantee_used"];
  const word = document.querySelector("[data-live-word]");
  const zh = document.documentElement.lang.startsWith("zh");
  const told = new Set();
  const shared = "BroadcastChannel" in window && navigator.locks ? new BroadcastChannel("live") : null;
  let last = Number(desk.dataset.liveSince || 0), waiting = null, kinds = new Set();

  function say(on) {
    if (!word) return;
    word.textContent = on ? word.dataset.on : word.dataset.off;
    word.classList.toggle("off", !on);
  }

  const started = (element) => Array.from(element.querySelectorAll("input, textarea, select")).some((field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? Array.from(field.options).some((o) => o.selected !== o.defaultSelected && field.selectedIndex > 0)
      : field.type !== "hidden" && field.value !== field.defaultValue);

  async function refresh() {
    const events = kinds; kinds = new Set();
    const parts = Array.from(document.querySelectorAll("[data-live-part]")).filter((part) =>
      part.dataset.livePart.split(" ").some((kind) => events.has(kind) || events.has(`${kind}:${part.dataset.liveCase}`)));
    if (!parts.length) return;
    const answer = await fetch(desk.dataset.liveFrom, { headers: { "X-Live": "1" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.innerHTML === part.innerHTML) continue;
      if (started(part) || part.querySelector("dialog:modal")) { offer(part); continue; }
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(fresh);
      const again = focused && document.getElementById(focused);
      const first = again || fresh.querySelector("[autofocus]");
      if (first && (again || document.activeElement === document.body)) first.focus();
      fresh.classList.add("just-in");
      document.dispatchEvent(new CustomEvent("live:changed", { detail: fresh }));
    }
  }

  function offer(part) {
    if (part.querySelector(".live-offer")) return;
    const notice = document.createElement("a");
    notice.className = "live-offer";
    notice.href = desk.dataset.liveFrom;
    notice.textContent = zh ? "有更新：点此查看（已填内容不保留）" : "There is news: show it (what you typed is dropped)";
    part.prepend(notice);
  }

  function hear(event) {
    if (told.has(event.id)) return;
    told.add(event.id);
    last = Math.max(last, event.id);
    kinds.add(event.data.case ? `${event.kind}:${event.data.case}` : event.kind);
    for (const part of document.querySelectorAll("[data-live-part]:not([data-live-case])"))
      if (part.dataset.livePart.split(" ").includes(event.kind)) kinds.add(event.kind);
    document.dispatchEvent(new CustomEvent("live:event", { detail: event }));
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 120);
  }

  function listen() {
    return new Promise(() => {
      const source = new EventSource(`${desk.dataset.live}?since=${last}`);
      source.onopen = () => say(true);
      source.onerror = () => say(false);
      for (const kind of KINDS) source.addEventListener(kind, (message) => {
        const event = { id: Number(message.lastEventId), kind, data: JSON.parse(message.data) };
        hear(event);
        if (shared) shared.postMessage(event);
      });
      addEventListener("pagehide", () => source.close());
    });
  }

  if (shared) {
    shared.onmessage = (message) => hear(message.data);
    say(true);
    navigator.locks.request("live-line", listen); // held by one tab until it goes
  } else listen();
})();
