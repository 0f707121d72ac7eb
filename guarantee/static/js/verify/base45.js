// Base45 (RFC 9285), as guarantee/letters/base45.py writes it. Any other text throws.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export function decode(text) {
  if (text.length % 3 === 1) throw new Error("base45 cut short");
  const out = [];
  for (let i = 0; i < text.length; i += 3) {
    const places = [...text.slice(i, i + 3)].map((character) => ALPHABET.indexOf(character));
    if (places.includes(-1)) throw new Error("a character outside base45");
    const value = places.reduceRight((sum, place) => sum * 45 + place, 0);
    if (value >= (places.length === 3 ? 65536 : 256)) throw new Error("base45 out of range");
    if (places.length === 3) out.push(value >> 8);
    out.push(value & 255);
  }
  return new Uint8Array(out);
}
