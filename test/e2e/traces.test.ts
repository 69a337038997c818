import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../fixtures/recorder-run.ts';
import { hasShared, needs } from '../shared.ts';
import { carParkClip, carParkConfig, type RunningSystem, startSystem } from './running-system.ts';

type Attribute = { key: string; value: { stringValue?: string } };
type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
};
/** What a collector is sent [OTLP 1.x, JSON]. */
type Export = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
};

describe.skipIf(!hasShared('footage'))(`traces of frames${needs('footage')}`, () => {
  let folder: string;
  let collector: Server;
  let system: RunningSystem;
  const spans: (Span & { process: string })[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchpost-traces-'));
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
        for (const { resource, scopeSpans } of resourceSpans) {
          const process = resource.attributes.find(({ key }) => key === 'service.namespace')?.value.stringValue ?? '';
          for (const scope of scopeSpans) for (const span of scope.spans) spans.push({ ...span, process });
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
    const config = carParkConfig(await carParkClip(folder, 30), ['gate']) as { cameras: { source: object }[] };
    // Played once and without loss: a busy machine takes longer, and sees the same.
    const cameras = config.cameras.map((camera) => ({
      ...camera,
      source: { ...camera.source, loop: false, realtime: false },
    }));
    const telemetry = { otlp: { url, sampleRatio: 0 } };
    system = startSystem({ ...config, cameras, telemetry }, undefined, ['--once']);
  }, 60_000);
  afterAll(async () => {
    await system.stop();
    collector.close();
    await rm(folder, { recursive: true, force: true });
    await rm(system.dataDir, { recursive: true, force: true });
  });

  test('the frame that made a case is followed through every process, though no other frame is', async () => {
    await until('a case is visible', 240_000, () => spans.some(({ name }) => name === 'case_visible'));
    const { traceId } = spans.find(({ name }) => name === 'case_visible')!;
    const ours = spans.filter((span) => span.traceId === traceId);
    const one = (name: string): Span & { process: string } => {
      const found = ours.filter((span) => span.name === name);
      expect([name, found.length]).toEqual([name, 1]);
      return found[0]!;
    };
    const frame = one('frame');
    for (const name of ['queued', 'batched', 'preprocess', 'inference', 'outputs', 'tracking', 'rules', 'enqueue'])
      expect(one(name)).toMatchObject({ process: 'analyze', parentSpanId: frame.spanId });
    expect(one('evidence')).toMatchObject({ process: 'evidence', parentSpanId: frame.spanId });
    expect(one('case_visible')).toMatchObject({ process: 'api', parentSpanId: one('evidence').spanId });
    const order = [
      'queued',
      'batched',
      'preprocess',
      'inference',
      'outputs',
      'tracking',
      'rules',
      'enqueue',
      'evidence',
    ];
    const starts = order.map((name) => BigInt(one(name).startTimeUnixNano));
    expect(starts).toEqual([...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    for (const { startTimeUnixNano, endTimeUnixNano } of ours)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
    const inference = one('inference');
    expect(Number(BigInt(inference.endTimeUnixNano) - BigInt(inference.startTimeUnixNano)) / 1e6).toBeGreaterThan(1);
    // Share 0: only frames that end an event are told of.
    expect(spans.filter(({ name }) => name === 'frame').length).toBeLessThan(50);
  }, 280_000);
});
