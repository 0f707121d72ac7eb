// What a seal states: the map that guarantee/letters/seal_claims.py writes. One claim missing, too
// many or of another form: throws.
const KINDS = ["initial", "top_up"];
const TEXTS = [3n, 5n, 7n, 8n];
const COUNTS = [1n, 2n, 4n, 6n, 9n, 10n, 11n, 12n];
const TIMES = [4n, 6n];
const LAST_MOMENT = 253402300800n; // the year 10000, in seconds since 1970

export function fromMap(map) {
  const keys = [...map.keys()].filter((key) => key !== 14n);
  const complete = keys.length === 13 && keys.every((key, i) => key === BigInt(i + 1));
  if (!complete || (map.has(14n) && map.get(14n) !== true)) throw new Error("not the claims of a letter");
  const wellFormed = TEXTS.every((key) => typeof map.get(key) === "string")
    && COUNTS.every((key) => typeof map.get(key) === "bigint" && map.get(key) >= 0n && map.get(key) < 1n << 63n)
    && TIMES.every((key) => map.get(key) < LAST_MOMENT)
    && map.get(13n) instanceof Uint8Array && map.get(13n).length === 32
    && map.get(2n) < BigInt(KINDS.length)
    && map.get(12n) >= 1n && map.get(12n) <= 4n
    && map.get(1n) < 10n ** 16n;
  if (!wellFormed) throw new Error("a claim of another form");
  return {
    number: map.get(1n).toString().padStart(16, "0"),
    kind: KINDS[Number(map.get(2n))],
    state: map.get(3n),
    lapsesAt: new Date(Number(map.get(4n)) * 1000),
    centerCode: map.get(5n),
    issuedAt: new Date(Number(map.get(6n)) * 1000),
    hospital: map.get(7n),
    holder: map.get(8n),
    preHospitalFen: map.get(9n),
    inHospitalFen: map.get(10n),
    totalInHospitalFen: map.get(11n),
    copyNo: Number(map.get(12n)),
    contentDigest: Array.from(map.get(13n), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    provisional: map.has(14n),
  };
}
