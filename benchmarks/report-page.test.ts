import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryDir } from '../models/model-files.ts';
import { parseBudgets } from './budgets.ts';
import type { BenchResult } from './report.ts';
import { type SoakResult, toPage } from './report-page.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(join(repositoryDir(), 'benchmarks', path), 'utf8'));
const bench = read('results/bench.json') as BenchResult;
const soak = read('results/soak.json') as SoakResult;
const budgets = parseBudgets(read('budgets.json'));

test('the page shows every scenario, its cost by decoding and inference, and the budgets', () => {
  const page = toPage(bench, budgets, soak);
  for (const { height, codec, cameras, floor } of bench.scenarios) {
    expect(page).toContain(`${height}p ${codec} × ${cameras}`);
    expect(page).toContain(`<td>${((floor.inferenceCpuMs * bench.analysedFps) / 1_000).toFixed(3)}</td>`);
  }
  for (const name of Object.keys(budgets)) expect(page).toContain(`>${name}</text>`);
  for (const { budgetMB } of Object.values(soak.memory)) expect(page).toContain(` of ${budgetMB}<`);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test('what a result says is text on the page, never markup', () => {
  const page = toPage({ ...bench, model: '<script>alert(1)</script>' }, budgets, null);
  expect(page).not.toContain('<script>');
  expect(page).not.toContain('Memory');
});
