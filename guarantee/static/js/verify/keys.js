// The published keys, kept on this device with the time they were fetched.
import { base64url } from "./seal.js";

export const OLD_AFTER_DAYS = 7;
export const KEPT = "letter-check-kept"; // the worker knows this name too
const AT_HOME = "/verify/offline/keys";
const PUBLISHED = "/.well-known/letter-keys.json";
const PATIENCE = 8000; // milliseconds

/** What is kept: {fetchedAt, keys: Map kid → 32 bytes}, or null when this device never had any. */
export async function keptKeys() {
  if (!("caches" in self)) return null;
  const found = await (await caches.open(KEPT)).match(AT_HOME);
  if (!found) return null;
  const { fetchedAt, published } = await found.json();
  return { fetchedAt: new Date(fetchedAt), keys: await usable(published) };
}

/** Fetches the keys anew and keeps them. Throws without a network, and leaves what was kept. */
export async function renewedKeys() {
  const answer = await fetch(PUBLISHED, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error("no keys");
  const published = (await answer.json()).keys;
  const keys = await usable(published);
  const fetchedAt = new Date();
  if ("caches" in self) {
    const kept = new Response(JSON.stringify({ fetchedAt, published }), { headers: { "Content-Type": "application/json" } });
    await (await caches.open(KEPT)).put(AT_HOME, kept);
  }
  return { fetchedAt, keys };
}

export function isOld(fetchedAt, now) {
  return now - fetchedAt > OLD_AFTER_DAYS * 86400_000;
}

// A key counts under the name that follows from its bytes, and under no other.
async function usable(published) {
  const keys = new Map();
  for (const { kty, crv, kid, x } of published) {
    if (kty !== "OKP" || crv !== "Ed25519") continue;
    const key = Uint8Array.from(atob(x.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key));
    if (key.length === 32 && base64url(digest.slice(0, 8)) === kid) keys.set(kid, key);
  }
  return keys;
}
