import { useEffect } from 'react';
import type { Session } from '../session/session.ts';
import { useSession } from '../session/react.ts';
import { VERBS } from '../session/verbs.ts';
import { startVerb } from './actions.ts';
import { railOf } from './Rail.tsx';

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select'));
const UNIT_KEYS = { '.': 'message', w: 'write', d: 'decision', c: 'chapter' } as const;

/** The keys of the page (stage design, 11). Letters do nothing while somebody types, and can be switched off. */
export function useKeys(): void {
  const session = useSession();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target)) return;
      if (handle(session, event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [session]);
}

function handle(session: Session, event: KeyboardEvent): boolean {
  const { dialog, verb, selected, preferences, still, twin, shellOpen } = session.get();
  // A modal dialog keeps its keys.
  if (dialog !== undefined && dialog.type !== 'apply') return false;
  const onControl = event.target instanceof HTMLElement && event.target.closest('button, a, input, [role=tab], [role^=menuitem]') !== null;
  switch (event.key) {
    case ' ':
      if (onControl) return false;
      session.toggle();
      return true;
    case 'ArrowRight':
      if (event.target instanceof HTMLInputElement || (event.target instanceof HTMLElement && event.target.closest('[role=tablist]') !== null)) return false;
      if (event.shiftKey) session.seek({ end: true });
      else session.step();
      return true;
    case 'ArrowLeft':
      if (event.target instanceof HTMLInputElement || (event.target instanceof HTMLElement && event.target.closest('[role=tablist]') !== null)) return false;
      session.back();
      return true;
    case 'Escape':
      if (verb !== undefined) session.chooseVerb(undefined);
      else if (dialog !== undefined) session.show(undefined);
      else if (shellOpen) session.openShell(false);
      else if (selected !== undefined) session.select(undefined);
      else return false;
      return true;
    case '?':
      session.show({ type: 'keys' });
      return true;
  }
  if (!preferences.letters || event.repeat && event.key !== '.') return false;
  if (Object.hasOwn(UNIT_KEYS, event.key)) {
    const unit = UNIT_KEYS[event.key as keyof typeof UNIT_KEYS];
    session.setUnit(unit);
    session.step(unit);
    return true;
  }
  if (/^\d$/.test(event.key) && still !== undefined) {
    const item = railOf(still, session.get().words).items[(Number(event.key) + 9) % 10];
    if (item === undefined) return false;
    session.seek({ chapter: item.id });
    return true;
  }
  switch (event.key) {
    case 'n':
      // Which node? Of the Pod that is selected; else of the newest decision.
      session.show({ type: 'decision', ...(selected?.on === 'object' && selected.kind === 'Pod' ? { pod: selected.key } : {}) });
      return true;
    case 'y':
      session.setTab('why');
      return true;
    case 't':
      session.setTwin(!twin);
      return true;
    case 'o':
      session.show({ type: 'import' });
      return true;
    case 'm':
      session.show({ type: 'export' });
      return true;
    case 'v':
      if (still?.branch === undefined) return false;
      session.show({ type: 'compare' });
      return true;
    case 'b':
      if (still?.branch === undefined) session.branchHere();
      return true;
    default: {
      const found = VERBS.find((each) => each.key !== '' && each.key === event.key);
      if (found === undefined) return false;
      startVerb(session, found.id);
      return true;
    }
  }
}
