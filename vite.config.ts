import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// A relative base lets the built page live under any path of any static host.
export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2022', sourcemap: false },
});
