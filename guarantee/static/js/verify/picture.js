// Reads the code in a picture: by the browser's own reader where it has one, else by jsQR.
const SIDES = [1400, 2200, 900]; // longest side tried, in dots
const PREFIX = "GL1:";
const canvas = document.createElement("canvas");

/** The text of the code in `source` (a picture or a video), or null. A letter's code comes first. */
export async function codeIn(source, width, height, { quick = false } = {}) {
  const seen = await byBrowser(source);
  if (seen.some(ours)) return seen.find(ours);
  const sides = [...new Set((quick ? SIDES.slice(0, 1) : SIDES).map((side) => Math.min(side, Math.max(width, height))))];
  for (const side of sides) {
    const scale = side / Math.max(width, height);
    const text = byLibrary(source, Math.round(width * scale), Math.round(height * scale), quick);
    if (text) return text;
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

function byLibrary(source, width, height, quick) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, width, height);
  const found = self.jsQR(context.getImageData(0, 0, width, height).data, width, height, {
    inversionAttempts: quick ? "dontInvert" : "attemptBoth",
  });
  return found && found.data ? found.data : null;
}
