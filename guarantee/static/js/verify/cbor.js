// The part of CBOR (RFC 8949) that a seal is written in, read strictly: shortest lengths, keys of a
// map in order and each once, nothing behind the end. Whatever is written otherwise throws.
//
// Whole numbers come as BigInt (a letter's number has sixteen digits), maps as Map, a tag as {tag, value}.
const UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6;
const SHORTEST = { 24: 24n, 25: 1n << 8n, 26: 1n << 16n, 27: 1n << 32n }; // the least that needs so much room
const DEEPEST = 4;

export function read(bytes) {
  const reader = new Reader(bytes);
  const value = reader.item(0);
  if (reader.at !== bytes.length) throw new Error("something stands behind it");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    const end = this.at + count;
    if (end > this.bytes.length) throw new Error("cut short");
    const taken = this.bytes.slice(this.at, end);
    this.at = end;
    return taken;
  }

  argument(short) {
    if (short < 24) return BigInt(short);
    if (!(short in SHORTEST)) throw new Error("a length left open");
    let value = 0n;
    for (const byte of this.take(1 << (short - 24))) value = (value << 8n) | BigInt(byte);
    if (value < SHORTEST[short]) throw new Error("longer than need be");
    return value;
  }

  item(depth) {
    if (depth > DEEPEST) throw new Error("too deep");
    const [first] = this.take(1);
    const major = first >> 5;
    if (first === 0xf5) return true;
    if (major > TAG) throw new Error("not of a seal");
    const argument = this.argument(first & 31);
    const count = Number(argument);
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return -1n - argument;
    if (major === TAG) return { tag: count, value: this.item(depth + 1) };
    if (count > this.bytes.length) throw new Error("cut short");
    if (major === BYTES) return this.take(count);
    if (major === TEXT) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(count));
    if (major === ARRAY) return Array.from({ length: count }, () => this.item(depth + 1));
    return this.map(count, depth);
  }

  map(count, depth) {
    const found = new Map();
    let before = "";
    for (let i = 0; i < count; i++) {
      const start = this.at;
      const key = this.item(depth + 1);
      const written = Array.from(this.bytes.slice(start, this.at), (byte) => String.fromCharCode(byte)).join("");
      if (i && written <= before) throw new Error("keys out of order");
      before = written;
      found.set(key, this.item(depth + 1));
    }
    return found;
  }
}
