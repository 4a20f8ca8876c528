// What is kept of a run in this browser, so that a page that was closed or thrown out goes on at the right step.

const KEY = "saferoute-run";
const OLDEST_MS = 3 * 3_600_000; // a session is over by then

/** Return a short name of a session: the same for the same steps on the same route. */
export function nameRun({ route, steps }) {
  let hash = 5381;
  for (const character of JSON.stringify([route, steps])) hash = (hash * 33 + character.codePointAt(0)) % 2 ** 32;
  return hash.toString(36);
}

/** Keep the numbers of a run; return whether the browser does. */
export function keepRun(storage, name, numbers, now_ms) {
  try {
    storage().setItem(KEY, JSON.stringify({ name, numbers, at: now_ms }));
    return true;
  } catch {
    return false; // frames without an origin have no storage, and a full one takes nothing
  }
}

/** Return the numbers of this session's run, null where none is kept, or one that is long over or broken. */
export function recallRun(storage, name, steps, now_ms) {
  try {
    const kept = JSON.parse(storage().getItem(KEY));
    const [index, ...times] = kept.numbers;
    const fits = Number.isInteger(index) && index >= 0 && index < steps.length;
    const sound = times.length === 3 && times.every((ms) => Number.isFinite(ms) && ms >= 0);
    return kept.name === name && now_ms - kept.at < OLDEST_MS && fits && sound ? kept.numbers : null;
  } catch {
    return null;
  }
}

export function forgetRun(storage) {
  try {
    storage().removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
