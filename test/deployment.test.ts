import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../pipeline/config.ts';
import { ROOT } from './shared.ts';

type Service = {
  image?: string;
  build?: { args: Record<string, string> };
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  read_only?: boolean;
  deploy?: null | { resources: { reservations: { devices: { capabilities: string[] }[] } } };
};
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { services } = parse(read('docker-compose.gpu.yml'), { merge: true }) as { services: Record<string, Service> };
/** `!reset` takes away what the file below has. */
const reset = { tag: '!reset', resolve: () => null };
const overlay = parse(read('deploy/docker-compose.cpu.yml'), { merge: true, customTags: [reset] }) as {
  services: Record<string, Service>;
};
const OURS = ['record', 'analyze', 'evidence', 'passages', 'api'];

describe('docker-compose.gpu.yml', () => {
  test('has all processes and what they need', () => {
    expect(Object.keys(services).sort()).toEqual([...OURS, 'minio', 'postgres', 'redis'].sort());
  });

  test.each(OURS)('%s starts the process of its name, without root, on a read-only root', (name) => {
    const service = services[name]!;
    expect(service.command?.[0]).toBe(name);
    expect(read('bin/cli/process.ts')).toContain(`  ${name}: async`);
    expect(Number(service.user)).toBeGreaterThan(0);
    expect(service.read_only).toBe(true);
  });

  test('every service says whether it is well, by a command of words', () => {
    for (const [name, { healthcheck }] of Object.entries(services)) {
      expect(healthcheck?.test.length, name).toBeGreaterThan(1);
      // A colon and a space make a mapping of a word without quotes.
      expect(healthcheck?.test.filter((word) => typeof word !== 'string')).toEqual([]);
    }
  });

  test('analyze reserves a GPU, record one with its decoder', () => {
    const devices = (name: string) => services[name]?.deploy?.resources.reservations.devices[0]?.capabilities;
    expect(devices('analyze')).toContain('gpu');
    expect(devices('record')).toEqual(expect.arrayContaining(['gpu', 'compute', 'video']));
  });

  test('the sample configuration is right', () => {
    const environment = services['record']?.environment;
    const config = parseConfig(read('deploy/config.container.yml'), { MINIO_PASSWORD: 'x', ...environment });
    expect(config.evidence.store.kind).toBe('s3');
    expect(config.detectors['road']?.provider).toBe('cuda');
    expect(config.recording.hardwareDecode).toBe('cuda');
  });
});

describe('docker-compose.cpu.yml, laid over it', () => {
  test.each(OURS)('%s runs the other image and works on the processor', (name) => {
    const { image, environment } = overlay.services[name]!;
    expect(image).toBe('watchpost:cpu');
    const config = parseConfig(read('deploy/config.container.yml'), { MINIO_PASSWORD: 'x', ...environment });
    expect(config.detectors['road']?.provider).toBe('cpu');
    expect(config.recording.hardwareDecode).toBe('off');
  });

  test('no service asks for a card, nor does the image have its libraries', () => {
    const withCard = OURS.filter((name) => services[name]!.deploy);
    expect(withCard.filter((name) => overlay.services[name]!.deploy !== null)).toEqual([]);
    expect(overlay.services['record']?.build?.args).toEqual({ CUDA: '', BASE: 'debian:bookworm-slim' });
    expect(Object.keys(services['record']!.build!.args).sort()).toEqual(['BASE', 'CUDA']);
  });

  test('there is nothing in it that the other file has not', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(overlay.services)));
  });
});
