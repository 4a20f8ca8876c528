// Work that is spread over frames, so that no finger waits for it.

const FRAME_MS = 2; // of a frame that one task may take: scripts together have 8

/** Do all of a task, a generator that yields between its pieces, at once. */
export function runAtOnce(task) {
  while (!task.next().done);
}

/**
 * Do a task a little each frame, and return what stops it.
 *
 * No frame is drawn while the browser prints: then it is done at once.
 */
export function runInFrames(task) {
  if (matchMedia("print").matches) {
    runAtOnce(task);
    return () => {};
  }
  let frame = requestAnimationFrame(goOn);
  function goOn() {
    const end = performance.now() + FRAME_MS;
    while (performance.now() < end) if (task.next().done) return;
    frame = requestAnimationFrame(goOn);
  }
  return () => cancelAnimationFrame(frame);
}
