// The page's own words: the templates of templates/public/offline_words.html, filled in.

/** A copy of what stands under this name; `facts` go where data-fill is. */
export function said(name, fill = "") {
  const found = document.querySelector(`template[data-said="${CSS.escape(name)}"]`);
  if (!found) return document.createTextNode(name);
  const copy = found.content.cloneNode(true);
  for (const gap of copy.querySelectorAll("[data-fill]")) gap.textContent = fill;
  return copy;
}

/** A sentence with its "…" replaced. */
export function sentence(name, count) {
  const copy = said(name);
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace("…", count);
  return copy;
}

export function verdict(name) {
  return document.querySelector(`template[data-verdict="${name}"]`).content.cloneNode(true);
}

export const grouped = (number) => number.replace(/(.{4})(?=.)/g, "$1 ");

/** Fen as yuan: "1,234.56". Takes whole numbers, as BigInt too. */
export function yuan(fen) {
  const digits = BigInt(fen).toString().padStart(3, "0");
  return `${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
}

const WRITTEN = { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** A moment as it is written in Shanghai: "2026-11-22 18:40". */
export function shanghai(at, { seconds = false } = {}) {
  const format = new Intl.DateTimeFormat("en-CA", seconds ? { ...WRITTEN, second: "2-digit" } : WRITTEN);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}${seconds ? `:${part.second}` : ""}`;
}

/** How long ago, as people say it. */
export function ago(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return said("now");
  if (minutes < 60) return sentence("minutes", minutes);
  return minutes < 1440 ? sentence("hours", Math.floor(minutes / 60)) : sentence("days", Math.floor(minutes / 1440));
}
