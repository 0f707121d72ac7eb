// How the letter stands now: the public check's answer about its number, and nothing else is sent.
const PATIENCE = 8000; // milliseconds

/** The answer of the public check ({genuine, state, …}), with `at`. Throws where it can't be had. */
export async function standing(number) {
  const answer = await fetch(`/api/v1/verify/${number}`, {
    cache: "no-store", credentials: "omit", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return { ...(await answer.json()), at: new Date() };
}
