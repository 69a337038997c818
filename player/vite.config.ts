import react from '@vitejs/plugin-react';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** `WATCHPOST_API` names the server that the development server passes requests on to. */
const api = process.env['WATCHPOST_API'] ?? 'http://127.0.0.1:8080';

/** Compressed once here, so that the server needs no time for it (api/plugins/player.ts). */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  writeBundle: ({ dir }, bundle) => {
    for (const file of Object.values(bundle)) {
      if (dir === undefined || !/\.(js|css)$/.test(file.fileName)) continue;
      const bytes = file.type === 'chunk' ? file.code : file.source;
      writeFileSync(join(dir, `${file.fileName}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed()],
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
