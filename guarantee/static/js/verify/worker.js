// Keeps the page for when there is no network. The server puts before this: VERSION (a digest of all that is
// kept), PAGES (language → address) and FILES. A new version is fetched whole before it takes the old one's place.
const CACHE = `letter-check-${VERSION}`;
const KEPT = "letter-check-kept"; // the keys and the language: they outlive versions
const LANGUAGE = "/verify/offline/language";

self.addEventListener("install", (event) => event.waitUntil(fetchAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (address.pathname === new URL(Object.values(PAGES)[0], location).pathname) event.respondWith(page(event.request, address));
  } else if (FILES.includes(address.pathname + address.search)) {
    event.respondWith(kept(event.request));
  }
});

async function fetchAll() {
  const cache = await caches.open(CACHE);
  await Promise.all([...Object.values(PAGES), ...FILES].map(async (address) => {
    const answer = await fetch(address, { cache: "no-cache", credentials: "omit" });
    if (!answer.ok || answer.redirected) throw new Error(address);
    await cache.put(address, answer);
  }));
  await self.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("letter-check-") && name !== CACHE && name !== KEPT) await caches.delete(name);
  }
  await self.clients.claim();
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) || fetch(request);
}

async function page(request, address) {
  const asked = address.searchParams.get("lang");
  const last = await (await caches.open(KEPT)).match(LANGUAGE);
  const language = asked in PAGES ? asked : last ? await last.text() : "zh";
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGES[language] || PAGES.zh, { ignoreVary: true })) || fetch(request);
}
