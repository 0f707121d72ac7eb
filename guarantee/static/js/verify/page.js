// The offline check: a code comes in by camera, picture or text, an answer comes out. Nothing is sent but, with a
// network, the number to our own public check.
import * as answer from "./answer.js";
import * as camera from "./camera.js";
import { signatureCheck } from "./ed25519.js";
import { KEPT, isOld, keptKeys, renewedKeys } from "./keys.js";
import { standing } from "./online.js";
import { codeIn } from "./picture.js";
import { open } from "./seal.js";
import { ago, said, shanghai } from "./words.js";

const main = document.querySelector("main");
const part = (name) => main.querySelector(`[data-${name}]`);
const action = (name) => main.querySelector(`[data-do="${name}"]`);
const CLOCK_SLACK = 5 * 60_000; // milliseconds that a device's clock may be behind ours
const checking = signatureCheck();
let held = null; // the keys of this device
let latest = 0; // an answer that comes late must not take a newer one's place
let offlineOnly = null; // what was answered without a network, to be asked again when there is one

async function check(text) {
  const mine = (latest += 1);
  offlineOnly = null;
  const digits = text.normalize("NFKC").replace(/[\s\-‐-―·._]/g, "");
  if (/^\d{16}$/.test(digits)) {
    answer.show("number").querySelector("[data-number-link]").href = `/verify/${digits}`;
    return answer.intoView();
  }
  const signature = await checking;
  if (!signature) return end(mine, "cannot");
  if (!held && !(await renew())) return end(mine, "no-keys");
  let found = await open(text, held.keys, signature);
  if (found.verdict === "unknown") {
    if (mine === latest) answer.show("unknown", { under: navigator.onLine ? [said("asking")] : [] });
    if (!(await renew())) return end(mine, "unknown");
    found = await open(text, held.keys, signature);
    if (found.verdict === "unknown") return end(mine, "unknown-fresh");
  }
  if (found.verdict !== "genuine") return end(mine, found.verdict);
  if (mine === latest) await genuine(mine, found, signature.by);
}

function end(mine, name) {
  if (mine !== latest) return;
  answer.show(name);
  answer.intoView();
}

async function genuine(mine, { claims, kid }, by) {
  const at = new Date();
  const name = at >= claims.lapsesAt ? "ended" : "genuine";
  const notes = [
    ...(claims.provisional ? [answer.note("provisional")] : []),
    ...(at < claims.issuedAt - CLOCK_SLACK ? [answer.note("clock")] : []),
    ...(isOld(held.fetchedAt, at) ? [answer.note("old-keys", Math.floor((at - held.fetchedAt) / 86400_000))] : []),
  ];
  const card = document.createElement("div");
  card.append(...notes, answer.signed(claims, kid, by));
  const offline = (...more) => answer.show(name, { how: "offline", at, under: [...more, card] });
  if (!navigator.onLine) {
    offlineOnly = { claims, kid, by };
    offline();
    return answer.intoView();
  }
  offline(said("asking"));
  answer.intoView();
  try {
    const now = await standing(claims.number);
    if (mine !== latest) return;
    const under = now.genuine ? [answer.standingCard(now)] : [];
    if (now.genuine && now.current_number !== claims.number && ["issued", "presented"].includes(now.state)) under.unshift(answer.note("never-add"));
    answer.show(answer.verdictOnline(now), { how: "online", at: now.at, under: [...under, card] });
  } catch {
    if (mine !== latest) return;
    offlineOnly = { claims, kid, by };
    offline(answer.note("no-answer"));
  }
}

async function renew() {
  if (!navigator.onLine) return false;
  try {
    held = await renewedKeys();
    tellKeys();
    return held.keys.size > 0;
  } catch {
    return false;
  }
}

function tellKeys() {
  if (!held || !held.keys.size) return part("keys").replaceChildren(said("keys-none"));
  const old = isOld(held.fetchedAt, new Date());
  const told = said(old ? "keys-old" : "keys-good", String(held.keys.size));
  const time = told.querySelector("[data-time]");
  time.dateTime = held.fetchedAt.toISOString();
  time.title = shanghai(held.fetchedAt, { seconds: true });
  time.replaceChildren(ago(held.fetchedAt, new Date()));
  part("keys").replaceChildren(told);
  part("keys").classList.toggle("warned", old);
}

function tellNetwork() {
  part("network").replaceChildren(said(navigator.onLine ? "network-on" : "network-off"));
}

async function keep() {
  part("kept").replaceChildren(said("kept-no"));
  if (!("serviceWorker" in navigator)) return;
  (await caches.open(KEPT)).put("/verify/offline/language", new Response(main.dataset.lang));
  navigator.serviceWorker.register(main.dataset.worker, { scope: main.dataset.scope, updateViaCache: "none" }).catch(() => {});
  await navigator.serviceWorker.ready;
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
  part("kept").replaceChildren(said("kept-yes"));
}

async function picture(file) {
  const mine = (latest += 1);
  answer.wait("reading");
  try {
    const image = await createImageBitmap(file);
    const text = await codeIn(image, image.width, image.height);
    if (text && mine === latest) return check(text);
  } catch {
    // not a picture that this browser can open: the same as one without a code
  }
  end(mine, "unreadable");
}

async function scan() {
  const video = main.querySelector("video");
  part("viewfinder").hidden = false;
  action("camera").hidden = true;
  try {
    await camera.look(video, (text) => { stop(); check(text); });
  } catch {
    stop();
    main.querySelector("[data-answer-place]").replaceChildren(answer.note("camera-refused"));
  }
}

function stop() {
  camera.lookAway(main.querySelector("video"));
  part("viewfinder").hidden = true;
  action("camera").hidden = false;
}

action("camera").addEventListener("click", scan);
action("stop").addEventListener("click", stop);
action("renew").addEventListener("click", async () => { if (!(await renew())) tellKeys(); });
part("picture").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) picture(file);
  event.target.value = "";
});
part("text").addEventListener("submit", (event) => { event.preventDefault(); check(event.target.elements.text.value); });
part("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); check(event.currentTarget.elements.text.value); }
});
document.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
  if (file) picture(file);
});
document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
addEventListener("offline", tellNetwork);
addEventListener("online", async () => {
  tellNetwork();
  await renew();
  if (offlineOnly) genuine((latest += 1), offlineOnly, offlineOnly.by);
});
setInterval(tellKeys, 30_000);

main.querySelector("[data-dead]").remove();
part("live").hidden = false;
tellNetwork();
keep().catch(() => {});
held = await keptKeys().catch(() => null);
tellKeys();
await renew();
document.documentElement.dataset.ready = "";
