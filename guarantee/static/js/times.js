// "3 分钟前" that grows older and clocks that run down, in the page's language. The server wrote
// the words once; here they are only kept true. <time data-ago> and <time data-clock data-soon=SECONDS>.
(function () {
  const zh = document.documentElement.lang.startsWith("zh");
  const words = zh
    ? { now: "刚刚", min: (n) => `${n} 分钟前`, hour: (n) => `${n} 小时前`, day: (n) => `${n} 天前`, late: (s) => `已超时 ${s}`, left: (s) => `剩 ${s}` }
    : { now: "just now", min: (n) => `${n} min ago`, hour: (n) => `${n} h ago`, day: (n) => `${n} d ago`, late: (s) => `${s} late`, left: (s) => `${s} left` };
  const span = (seconds) => {
    const d = Math.floor(seconds / 86400), h = Math.floor(seconds / 3600) % 24, m = Math.floor(seconds / 60) % 60;
    if (d) return zh ? `${d} 天 ${h} 小时` : `${d} d ${h} h`;
    if (h) return zh ? `${h} 小时 ${m} 分` : `${h} h ${m} min`;
    return `${m}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
  };
  function tick() {
    const now = Date.now();
    for (const element of document.querySelectorAll("time[data-ago]")) {
      const past = (now - Date.parse(element.dateTime)) / 1000;
      if (past < 0 || past >= 30 * 86400) continue;
      element.textContent = past < 60 ? words.now : past < 3600 ? words.min(Math.floor(past / 60))
        : past < 86400 ? words.hour(Math.floor(past / 3600)) : words.day(Math.floor(past / 86400));
    }
    for (const element of document.querySelectorAll("time[data-clock]")) {
      const left = (Date.parse(element.dateTime) - now) / 1000;
      element.textContent = left < 0 ? words.late(span(-left)) : words.left(span(left));
      element.classList.toggle("late", left < 0);
      element.classList.toggle("soon", left >= 0 && left < Number(element.dataset.soon || 600));
    }
  }
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSettle", tick);
})();
