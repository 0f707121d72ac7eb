// What the page shows: one band in colour, and under it what was signed and how it stands now.
import { grouped, said, sentence, shanghai, verdict, yuan } from "./words.js";

const place = document.querySelector("[data-answer-place]");
const MONEY = ["preHospitalFen", "inHospitalFen", "totalInHospitalFen"];
const TIMES = ["issuedAt", "lapsesAt"];
const STANDS = ["issued", "presented"];

/** Puts up a verdict by its name, with nodes under it; `how` is "offline" or "online", as of `at`. */
export function show(name, { how = "", at = null, under = [] } = {}) {
  const band = verdict(name);
  const line = band.querySelector("[data-how]");
  if (how) line.replaceChildren(said(`how-${how}`, shanghai(at, { seconds: true })));
  else line.remove();
  place.replaceChildren(band, ...under);
  return place;
}

/** Says that the page is at work. */
export function wait(name) {
  place.replaceChildren(said(name));
}

export function intoView() {
  place.focus({ preventScroll: true });
  if (place.getBoundingClientRect().top < 0 || place.getBoundingClientRect().top > innerHeight / 3) place.scrollIntoView({ block: "start" });
}

/** What the seal states, every claim of it. */
export function signed(claims, kid, by) {
  const card = said("claims");
  const put = (name, ...nodes) => card.querySelector(`[data-claim="${name}"]`).replaceChildren(...nodes);
  for (const name of MONEY) put(name, yuan(claims[name]));
  for (const name of TIMES) {
    put(name, shanghai(claims[name]));
    card.querySelector(`[data-claim="${name}"]`).dateTime = claims[name].toISOString();
  }
  for (const other of card.querySelectorAll("[data-when]")) if (other.dataset.when !== claims.kind) other.remove();
  for (const name of ["holder", "hospital", "centerCode", "contentDigest"]) put(name, claims[name]);
  put("number", grouped(claims.number));
  put("state", said(`state-${claims.state}`));
  put("kind", said(`kind-${claims.kind}`));
  put("copyNo", said(`copy-${claims.copyNo}`));
  put("kid", kid);
  put("by", said(`by-${by}`));
  return card;
}

/** The public check's answer about the number, as a card. */
export function standingCard(now) {
  const card = said("standing");
  const put = (name, node) => card.querySelector(`[data-now="${name}"]`).replaceChildren(node);
  for (const name of ["holder", "hospital", "center"]) put(name, now[name] || "—");
  put("state", said(`state-${now.state}`));
  put("current_number", grouped(now.current_number));
  put("in_hospital_total_fen", STANDS.includes(now.state) ? yuan(now.in_hospital_total_fen) : "—");
  return card;
}

/** The name of the verdict that the public check's answer comes to. */
export function verdictOnline(now) {
  if (!now.genuine) return "online-not-ours";
  return STANDS.includes(now.state) && !now.in_hospital_total_fen ? "online-nothing" : `online-${now.state}`;
}

export const note = (name, count) => (count === undefined ? said(name) : sentence(name, count));
