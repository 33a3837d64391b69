import { useEffect, useRef, useState } from 'react';

/** Steps by itself: about one a second, and every two where motion is unwelcome. */
export function usePlaying(step: () => boolean, pace: number): readonly [boolean, (on: boolean) => void] {
  const [playing, setPlaying] = useState(false);
  const latest = useRef(step);
  useEffect(() => {
    latest.current = step;
  });
  useEffect(() => {
    if (!playing) return undefined;
    const reduced = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => {
      if (!latest.current()) setPlaying(false);
    }, reduced ? 2_000 : 1_000 / pace);
    return () => clearInterval(timer);
  }, [playing, pace]);
  return [playing, setPlaying];
}
