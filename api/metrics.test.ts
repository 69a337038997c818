import { expect, test } from 'vitest';
import { metricFamily, Metrics } from './metrics.ts';

test('labels are escaped as the Prometheus text format asks', () => {
  expect(metricFamily('a', 'gauge', 'Help.', [[{ camera: 'a"b\\c\nd' }, 1]])).toBe(
    '# HELP a Help.\n# TYPE a gauge\na{camera="a\\"b\\\\c\\nd"} 1',
  );
});

test('request times fall into cumulative buckets', () => {
  const metrics = new Metrics();
  for (const seconds of [0.003, 0.2, 20])
    metrics.observeRequest({ method: 'GET', route: '/x', status: '200' }, seconds);
  const text = metrics.text();
  const labels = 'method="GET",route="/x",status="200"';
  expect(text).toContain(`_bucket{${labels},le="0.005"} 1\n`);
  expect(text).toContain(`_bucket{${labels},le="0.25"} 2\n`);
  expect(text).toContain(`_bucket{${labels},le="10"} 2\n`);
  expect(text).toContain(`_bucket{${labels},le="+Inf"} 3\n`);
  expect(text).toContain(`_count{${labels}} 3`);
});
