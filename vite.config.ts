import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { engineHash } from './scripts/engineHash.mjs';

const root = import.meta.dirname;

/** Lists what was built for the service worker, and puts the page about fidelity beside it. */
function offline(): Plugin {
  return {
    name: 'orrery-offline',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith('.map')).sort();
      const hash = createHash('sha256');
      for (const name of files) {
        const item = bundle[name]!;
        hash.update(name).update(item.type === 'chunk' ? item.code : item.source);
      }
      const fidelity = join(root, 'docs/fidelity.md');
      const kept = ['./', './favicon.svg', ...files.filter((name) => name !== 'index.html').map((name) => `./${name}`)];
      if (existsSync(fidelity)) {
        this.emitFile({ type: 'asset', fileName: 'docs/fidelity.md', source: readFileSync(fidelity, 'utf8') });
        kept.push('./docs/fidelity.md');
      }
      const template = readFileSync(join(root, 'src/ui/offline/sw.template.js'), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: template.replace('__VERSION__', hash.digest('hex').slice(0, 12)).replace('__FILES__', JSON.stringify(kept, null, 2)) });
    },
  };
}

// A relative base lets the built page live under any path of any static host.
export default defineConfig({
  base: './',
  plugins: [react(), offline()],
  define: { __ENGINE__: JSON.stringify(engineHash(root)) },
  worker: { format: 'es' },
  build: { target: 'es2022', sourcemap: false },
});
