// Reads the code in a picture: by the browser's own reader where it has one, else by the library beside us.
// A code is a small part of a photographed sheet, so parts of the picture are looked at too.
import decodeQR from "../../vendor/qr/decode.js";

const LARGEST = 4000; // dots along the longer side; a larger photograph is made smaller first
const SMALL = 1600; // what is smaller is looked at enlarged, too
const PREFIX = "GL1:";
const canvas = document.createElement("canvas");

/** The text of the code in `source` (a picture or a video), or null. A letter's code comes first. */
export async function codeIn(source, width, height, { quick = false } = {}) {
  const seen = await byBrowser(source);
  if (seen.some(ours)) return seen.find(ours);
  for (const [part, scale] of views(width, height, quick)) {
    const text = byLibrary(source, part, scale);
    if (text) return text;
    if (!quick) await new Promise((resolve) => setTimeout(resolve)); // let the page breathe
  }
  return seen[0] || null;
}

const ours = (text) => text.startsWith(PREFIX);

async function byBrowser(source) {
  if (!("BarcodeDetector" in self)) return [];
  try {
    const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(source);
    return found.map((code) => code.rawValue);
  } catch {
    return []; // a reader that is announced and does not work
  }
}

// The parts to look at, as [[left, top, width, height], scale], the most promising first.
function* views(width, height, quick) {
  const whole = [0, 0, width, height];
  const longest = Math.max(width, height);
  const full = Math.min(1, LARGEST / longest);
  yield [whole, full];
  if (quick) return yield [[width / 4, height / 4, width / 2, height / 2], 1];
  yield [whole, full / 2];
  if (longest < SMALL) yield [whole, 2];
  for (const pieces of [2, 3]) {
    const steps = pieces * 2 - 1; // they overlap by half: no code is cut by all of them
    for (let i = 0; i < steps * steps; i++) {
      const left = (width - width / pieces) * ((i % steps) / (steps - 1));
      const top = (height - height / pieces) * (Math.floor(i / steps) / (steps - 1));
      yield [[left, top, width / pieces, height / pieces], full];
    }
  }
}

function byLibrary(source, [left, top, width, height], scale) {
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height)) || null;
  } catch {
    return null; // none in this part
  }
}
