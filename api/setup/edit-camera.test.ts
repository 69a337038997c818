import { expect, test } from 'vitest';
import { readCameras, revealUrl, writeCamera } from './edit-camera.ts';

const TEXT = `# Cameras of the ward
version: 1
cameras:
  # The busiest one
  - id: gate
    name: Main gate # over the road
    source: { url: "rtsp://user:topsecret@10.0.0.2/1" } # changed in May
    zones:
      # measured on the plan
      lane: [[0.1, 0.2], [0.5, 0.2], [0.5, 0.9]]
      pavement: [[0.6, 0.2], [0.9, 0.2], [0.9, 0.9]]
    rules:
      # complaint of 3 May
      - { id: against, kind: wrong_way, zone: lane, heading: [0, 1] }
      - id: count # for the city
        kind: crowding
        zone: pavement
        raiseCount: 12 # after the festival
  - id: bridge
    source: { url: "\${BRIDGE_URL}" }
`;
const gate = () =>
  structuredClone(readCameras(TEXT)[0]!) as { rules: Record<string, unknown>[] } & Record<string, never>;

test('cameras are read as written, with their passwords hidden', () => {
  const text = JSON.stringify(readCameras(TEXT));
  expect(text).not.toContain('topsecret');
  expect(readCameras(TEXT)[0]).toMatchObject({ id: 'gate', source: { url: 'rtsp://***@10.0.0.2/1' } });
});

test('a camera that was not changed leaves the file as it is', () => {
  expect(writeCamera(TEXT, gate())).toBe(writeCamera(TEXT, readCameras(TEXT)[1]!));
  for (const line of TEXT.split('\n').filter((one) => one.includes('#')))
    expect(writeCamera(TEXT, gate())).toContain(line.trim().split('#')[1]);
  expect(writeCamera(TEXT, gate())).toContain('rtsp://user:topsecret@10.0.0.2/1');
});

test('one threshold changes one line, and its comment stays', () => {
  const camera = gate();
  camera.rules[1]!['raiseCount'] = 20;
  const before = writeCamera(TEXT, gate()).split('\n');
  const after = writeCamera(TEXT, camera).split('\n');
  expect(after.filter((line) => !before.includes(line)).map((line) => line.trim())).toEqual([
    'raiseCount: 20 # after the festival',
  ]);
});

test('a rule that is removed, one that is new and one that moves leave the comments of the others', () => {
  const camera = gate();
  const [against, count] = camera.rules;
  camera.rules = [count!, { id: 'stay', kind: 'loitering', zone: 'pavement' }];
  const text = writeCamera(TEXT, camera);
  expect(text).toContain('id: count # for the city');
  expect(text).toContain('raiseCount: 12 # after the festival');
  expect(text).not.toContain(String(against!['id']));
  expect((readCameras(text)[0]!['rules'] as { id: string }[]).map(({ id }) => id)).toEqual(['count', 'stay']);
});

test('a moved corner is written on one line and the other zone keeps its own', () => {
  const camera = gate() as unknown as { zones: Record<string, number[][]> };
  camera.zones['lane']![0] = [0.15, 0.25];
  const text = writeCamera(TEXT, camera);
  expect(text).toMatch(/lane: \[ ?\[ ?0\.15, 0\.25 ?\], \[ ?0\.5, 0\.2 ?\], \[ ?0\.5, 0\.9 ?\] ?\]/);
  expect(text).toContain('# measured on the plan');
});

test('a new password replaces the old one; a hidden one stays what it was', () => {
  const changed = { ...gate(), source: { url: 'rtsp://user:new@10.0.0.2/1' } };
  expect(writeCamera(TEXT, changed as never)).toContain('user:new@');
  expect(writeCamera(TEXT, { ...gate(), name: 'Gate' })).toContain('user:topsecret@');
});

test('an unknown id is added as a camera at the end', () => {
  const text = writeCamera(TEXT, { id: 'park', source: { url: 'rtsp://10.0.0.9/1' } });
  expect(readCameras(text).map(({ id }) => id)).toEqual(['gate', 'bridge', 'park']);
});

test('a hidden URL is revealed for its own camera alone, and the environment is filled in', () => {
  const hidden = 'rtsp://***@10.0.0.2/1';
  expect(revealUrl(TEXT, 'gate', hidden, {})).toBe('rtsp://user:topsecret@10.0.0.2/1');
  expect(revealUrl(TEXT, 'bridge', hidden, {})).toBe(hidden);
  expect(revealUrl(TEXT, 'gate', 'rtsp://***@10.66.6.6/1', {})).toBe('rtsp://***@10.66.6.6/1');
  expect(revealUrl(TEXT, 'bridge', '${BRIDGE_URL}', { BRIDGE_URL: 'rtsp://b/1' })).toBe('rtsp://b/1');
});
