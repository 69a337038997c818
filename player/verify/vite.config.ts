import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** The page may run this one script and load nothing: it cannot send anything anywhere even if it wanted to. */
const policyFor = (script: string): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src blob:',
    'media-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** One file that works from a disk without a server: the script goes into the page. */
const singlePage = (): Plugin => ({
  name: 'single-page',
  generateBundle(_options, bundle) {
    const [name, chunk] = Object.entries(bundle)[0] ?? [];
    if (!name || chunk?.type !== 'chunk') throw new TypeError('the page has no script');
    const script = chunk.code.replaceAll('</script', '<\\/script');
    const page = readFileSync(join(import.meta.dirname, 'verify.html'), 'utf8')
      .replace('<meta charset="utf-8" />', (meta) => {
        return `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policyFor(script)}" />`;
      })
      .replace('</body>', () => `  <script>${script}</script>\n  </body>`);
    Reflect.deleteProperty(bundle, name);
    this.emitFile({ type: 'asset', fileName: 'verify.html', source: page });
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [singlePage()],
  build: {
    outDir: '../../dist/player',
    // The player lies there already.
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: { input: join(import.meta.dirname, 'verify.ts'), output: { format: 'iife' } },
  },
});
