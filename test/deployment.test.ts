import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../pipeline/config.ts';
import { ROOT } from './shared.ts';

type Service = {
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  read_only?: boolean;
  deploy?: { resources: { reservations: { devices: { capabilities: string[] }[] } } };
};
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { services } = parse(read('docker-compose.gpu.yml'), { merge: true }) as { services: Record<string, Service> };
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

  test('every service says whether it is well', () => {
    for (const [name, { healthcheck }] of Object.entries(services))
      expect(healthcheck?.test.length, name).toBeGreaterThan(1);
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
