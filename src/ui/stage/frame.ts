/**
 * The one frame loop of the page. It runs only while somebody wants frames, and not at all in a hidden tab. Whoever moves something on
 * screen subscribes here, so that all motion of a frame happens in one callback, in one order.
 */
export type OnFrame = (nowMillis: number, deltaMillis: number) => void;

const subscribers = new Set<OnFrame>();
let handle = 0;
let last = 0;

function tick(nowMillis: number): void {
  handle = 0;
  // After a pause (hidden tab, sleeping machine) the world has not moved on: a frame is never longer than a tenth of a second.
  const delta = last === 0 ? 0 : Math.min(100, nowMillis - last);
  last = nowMillis;
  for (const subscriber of [...subscribers]) subscriber(nowMillis, delta);
  if (subscribers.size > 0) handle = requestAnimationFrame(tick);
  else last = 0;
}

export function onFrame(subscriber: OnFrame): () => void {
  subscribers.add(subscriber);
  if (handle === 0 && typeof requestAnimationFrame === 'function') handle = requestAnimationFrame(tick);
  return () => {
    subscribers.delete(subscriber);
    if (subscribers.size === 0 && handle !== 0) {
      cancelAnimationFrame(handle);
      handle = 0;
      last = 0;
    }
  };
}
