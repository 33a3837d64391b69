import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Session, SessionState } from './session.ts';
import type { Catalogue } from '../i18n/index.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no session around this component');
  return session;
}
/** What a component reads of the session's state; `pick` returns something that is compared by identity. */
export function useSessionState<T>(pick: (state: SessionState) => T): T {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, () => pick(session.get()));
}
export const useWords = (): Catalogue => useSessionState((state) => state.words);
