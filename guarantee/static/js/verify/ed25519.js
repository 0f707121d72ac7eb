// Checks an Ed25519 signature: by the browser itself, by the library beside us where the browser can't,
// and not at all (null) where neither answers a known question rightly. Nothing is ever taken on trust.
const NAME = { name: "Ed25519" };
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

// RFC 8032, 7.1, test 2: one byte, signed.
const KNOWN = {
  key: bytesOf("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
  message: bytesOf("72"),
  signature: bytesOf("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
};

/** A function (key, signature, message) → whether it is genuine; with `by`: "browser" or "library". */
export async function signatureCheck() {
  return (await trusted(byBrowser, "browser")) || trusted(await byLibrary(), "library");
}

async function byBrowser(key, signature, message) {
  const imported = await crypto.subtle.importKey("raw", key, NAME, false, ["verify"]);
  return crypto.subtle.verify(NAME, imported, signature, message);
}

async function byLibrary() {
  try {
    const ed = await import("../../vendor/noble-ed25519/index.js");
    return (key, signature, message) => ed.verifyAsync(signature, message, key, { zip215: false });
  } catch {
    return null;
  }
}

async function trusted(check, by) {
  try {
    const genuine = await check(KNOWN.key, KNOWN.signature, KNOWN.message);
    const forged = await check(KNOWN.key, KNOWN.signature, bytesOf("73"));
    return genuine === true && forged === false ? Object.assign(check, { by }) : null;
  } catch {
    return null;
  }
}
