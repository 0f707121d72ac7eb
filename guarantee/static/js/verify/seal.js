// Opens a seal as guarantee/letters/seal.py does: the same order, the same refusals, one algorithm,
// one way of writing the bytes.
import { decode } from "./base45.js";
import { read } from "./cbor.js";
import { fromMap } from "./claims.js";

const PREFIX = "GL1:";
const LONGEST = 2000;
const ALG = 1n, KID = 4n, EDDSA = -8n, SIGN1 = 18;

/** Opens `text` with `keys` (Map: kid → 32 bytes). `check` is what `signatureCheck` gave.
 *
 * Answers {verdict}: "foreign" (something else was read), "altered", "unknown" (with kid), or "genuine"
 * with kid and claims. */
export async function open(text, keys, check) {
  const trimmed = text.replace(/^[\r\n\t]+|[\r\n\t]+$/g, "");
  if (!trimmed.startsWith(PREFIX)) return { verdict: "foreign" };
  try {
    if (trimmed.length > LONGEST) throw new Error("too long");
    const { head, body, signature, kid } = takenApart(decode(trimmed.slice(PREFIX.length)));
    if (!keys.has(kid)) return { verdict: "unknown", kid };
    if ((await check(keys.get(kid), signature, toBeSigned(head, body))) !== true) throw new Error("not signed");
    const claims = read(body);
    if (!(claims instanceof Map)) throw new Error("not claims");
    return { verdict: "genuine", kid, claims: fromMap(claims) };
  } catch {
    return { verdict: "altered" };
  }
}

/** base64url, without the padding. */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function takenApart(raw) {
  const outer = read(raw);
  if (outer.tag !== SIGN1 || !Array.isArray(outer.value) || outer.value.length !== 4) throw new Error("not our structure");
  const [head, unsigned, body, signature] = outer.value;
  const bytes = [head, body, signature].every((part) => part instanceof Uint8Array);
  if (!bytes || !(unsigned instanceof Map) || unsigned.size) throw new Error("not our structure");
  const header = read(head);
  const ours = header instanceof Map && header.size === 2 && header.get(ALG) === EDDSA;
  if (!ours || !(header.get(KID) instanceof Uint8Array)) throw new Error("not our header");
  return { head, body, signature, kid: base64url(header.get(KID)) };
}

// RFC 9052, 4.4: ["Signature1", protected, external = h'', payload].
function toBeSigned(head, body) {
  const name = new TextEncoder().encode("Signature1");
  return new Uint8Array([0x84, 0x60 + name.length, ...name, ...written(head), 0x40, ...written(body)]);
}

function written(bytes) {
  if (bytes.length < 24) return [0x40 + bytes.length, ...bytes];
  if (bytes.length < 256) return [0x58, bytes.length, ...bytes];
  return [0x59, bytes.length >> 8, bytes.length & 255, ...bytes];
}
