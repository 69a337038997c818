// Finds sample footage, writes the demo's configuration, prints its path. Cameras whose footage is not on this
// machine are left out; the drawn street and hillside always are there, and Debian's own pedestrian clip after scripts/demo.sh
// installed opencv-doc.
//   node scripts/demo-config.mjs live|once CACHE_FOLDER
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const [mode = 'live', cache = '.cache'] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const shared = resolve(root, process.env.WATCHPOST_SHARED ?? '../shared');
const samples = join(resolve(cache), 'samples');
mkdirSync(samples, { recursive: true });

/** Freely licensed clips only; the checksum protects whoever downloads. */
const downloads = {
  'car-park-ccby.mp4': {
    url: 'https://raw.githubusercontent.com/intel-iot-devkit/sample-videos/master/car-detection.mp4',
    sha256: 'd31e0ebf194cc16e50eea784e7c3b0b1bb7976a4fb9b3fec26cb92a6704cca34',
  },
};

const fromDebian = (name) => {
  if (name !== 'vtest.avi') return null;
  const folder = '/usr/share/doc/opencv-doc/examples/data';
  if (existsSync(join(folder, name))) return join(folder, name);
  if (existsSync(join(folder, `${name}.gz`))) {
    writeFileSync(join(samples, name), gunzipSync(readFileSync(join(folder, `${name}.gz`))));
    return join(samples, name);
  }
  return null;
};

const download = async (name) => {
  const entry = downloads[name];
  if (!entry) return null;
  try {
    const response = await fetch(entry.url, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== entry.sha256) throw new Error(`SHA-256 is ${found}, expected ${entry.sha256}`);
    const file = join(samples, name);
    writeFileSync(`${file}.part`, bytes);
    renameSync(`${file}.part`, file);
    return file;
  } catch (error) {
    console.error(`   ${name}: not downloaded (${error.message}); its camera is left out`);
    return null;
  }
};

/** The product's own street and hillside: drawn here, once, as cameras would send them. */
const DRAWN = { 'street-day.mp4': 'street', 'hill.mp4': 'hill' };
const draw = (file) => {
  // In one place, whatever the cache: it takes long, and is drawn anew when the program that draws it changes.
  const name = DRAWN[file];
  const folder = join(root, '.cache', 'samples', name);
  if (!existsSync(join(folder, file))) console.error(`   ${name}: drawing it takes up to two minutes, once`);
  execFileSync(process.execPath, [join(root, 'dist', 'models', name, 'main.js'), '--out', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, file);
};

/** The first of: cache, shared folder, Debian's own, download. */
const find = async (name) => {
  if (name in DRAWN) return draw(name);
  for (const file of [join(samples, name), join(shared, 'footage', name)]) if (existsSync(file)) return file;
  return fromDebian(name) ?? (await download(name));
};

/**
 * Live cameras send a key frame about every second and no B-frames; the clips have up to 25 s between them, and a
 * recording is cut at key frames. So the demo plays a copy that is encoded as cameras do.
 */
const asCameraSends = (file, name) => {
  if (name in DRAWN) return file;
  const copy = join(samples, `${name.replace(/\.[^.]+$/, '')}.live.mp4`);
  if (existsSync(copy)) return copy;
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-y',
    '-i',
    file,
    '-an',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '20',
  ];
  const camera = ['-bf', '0', '-force_key_frames', 'expr:gte(t,n_forced)', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
  const even = ['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2'];
  execFileSync('ffmpeg', [...args, ...camera, ...even, '-f', 'mp4', `${copy}.part`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(`${copy}.part`, copy);
  return copy;
};

const asStatistic = ({ report: _, ...rule }) => rule;

const demo = parse(readFileSync(join(root, 'scripts', 'demo', 'cameras.yml'), 'utf8'));
const cameras = [];
for (const camera of demo.cameras) {
  const file = await find(camera.source.url);
  if (!file) {
    console.error(`   ${camera.id}: footage ${camera.source.url} is not on this machine; camera left out`);
    continue;
  }
  cameras.push({
    ...camera,
    // A case for every car shows what --once found; in a loop it would bury the other cases.
    rules:
      mode === 'live'
        ? camera.rules.map((rule) => (rule.kind === 'line_count' ? asStatistic(rule) : rule))
        : camera.rules,
    source:
      mode === 'live'
        ? { url: asCameraSends(file, camera.source.url), loop: true, realtime: true }
        : { url: asCameraSends(file, camera.source.url), loop: false, realtime: false },
  });
}
if (cameras.length === 0) {
  console.error('error: no sample footage found; install opencv-doc, or set WATCHPOST_SHARED');
  process.exit(2);
}
const file = join(resolve(cache), `demo-${mode}.yml`);
// Whole at any moment: two that need it may begin together.
writeFileSync(
  `${file}.${process.pid}`,
  stringify({ ...demo, server: { ...demo.server, port: mode === 'live' ? 8080 : 0 }, cameras }),
);
renameSync(`${file}.${process.pid}`, file);
console.log(file);
