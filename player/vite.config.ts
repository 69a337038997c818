import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `WATCHPOST_API` names the server that the development server passes requests on to. */
const api = process.env['WATCHPOST_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/player',
    emptyOutDir: true,
    target: 'es2022',
    // The page may load nothing inline (content security policy), so small images stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': api, '/hls': api, '/healthz': api } },
});
