import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { loadCatalogue } from './i18n/index.ts';
import { fromFragment } from './link/share.ts';
import type { WorkerLike } from './link/link.ts';
import { readPreferences } from './session/preferences.ts';
import { newSession } from './session/session.ts';
import './fonts.css';
import './tokens.css';
import './base.css';
import './panels/panels.css';

const matches = (query: string): boolean => matchMedia(query).matches;

async function start(): Promise<void> {
  const { hash } = location;
  const shared = fromFragment(hash);
  const language = (shared !== undefined && 'recording' in shared ? shared.language : undefined) ?? readPreferences(navigator.languages).language;
  const words = await loadCatalogue(language);
  const session = newSession({
    makeWorker: () => new Worker(new URL('./link/worker.ts', import.meta.url), { type: 'module', name: 'orrery' }) as unknown as WorkerLike,
    words,
    loadWords: loadCatalogue,
    hash,
    languages: navigator.languages,
    prefersDark: () => matches('(prefers-color-scheme: dark)'),
    reducedMotion: () => matches('(prefers-reduced-motion: reduce)'),
  });
  createRoot(document.getElementById('root')!).render(<App session={session} />);
}

void start();

// After one visit the page works without a network. Not while developing: there the files change.
if (import.meta.env.PROD && 'serviceWorker' in navigator) addEventListener('load', () => void navigator.serviceWorker.register(new URL('./sw.js', document.baseURI), { scope: './' }).catch(() => undefined));
