import { useEffect, useRef } from 'react';

/** The view has the keys while it is open, wherever the focus is: what had it may just have gone. */
export function useViewKeys(handle: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(handle);
  useEffect(() => {
    latest.current = handle;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !latest.current(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  }, []);
}

/** What is covered can be reached neither by Tab nor by ear. */
export function useCovering(): void {
  useEffect(() => {
    const before = document.activeElement;
    const covered = [...document.querySelectorAll('.app > .rail, .app > .insp, .app > .dock, .app > .main > :not(.decision)')];
    for (const element of covered) element.setAttribute('inert', '');
    return () => {
      for (const element of covered) element.removeAttribute('inert');
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
