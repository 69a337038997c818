import type { Attributes, HrTime, Span, Tracer } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { TelemetryConfig } from '../../pipeline/config/telemetry.ts';

/** A span whose times are known: epoch ms with fractions. */
export type PastSpan = {
  readonly name: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly attributes?: Attributes;
};

/** `traceparent` [W3C Trace Context]: what joins spans of several processes; travels with the jobs. */
export type TraceLink = string;

/** Spans are handed over in the background; more than these are dropped rather than kept in memory. */
const LONGEST_QUEUE = 4_096;
const SEND_EVERY_MS = 1_000;
const SEND_LIMIT_MS = 5_000;
const NS_PER_MS = 1e6;

const toHrTime = (epochMs: number): HrTime => {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * NS_PER_MS)];
};

const LINK = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

type Api = typeof import('@opentelemetry/api');
type Provider = { readonly shutdown: () => Promise<void> };

/** Sends spans of a share of the frames to an OpenTelemetry collector. Never waits for it and never fails because of it. */
export class Tracing {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #provider: Provider;
  readonly #sampleRatio: number;

  constructor(api: Api, tracer: Tracer, provider: Provider, sampleRatio: number) {
    this.#api = api;
    this.#tracer = tracer;
    this.#provider = provider;
    this.#sampleRatio = sampleRatio;
  }

  /** Whether the frame at hand is one of the share that is followed. */
  draw(): boolean {
    return Math.random() < this.#sampleRatio;
  }

  /**
   * Tells of work that is done.
   * @param parts what it was made of
   * @param parent link of the span that this one belongs to, where it is another's
   * @returns link of this span, for what follows from it
   */
  tell(span: PastSpan, parts: readonly PastSpan[] = [], parent?: TraceLink): TraceLink {
    const { trace, ROOT_CONTEXT } = this.#api;
    const [, traceId, spanId] = LINK.exec(parent ?? '') ?? [];
    const above =
      traceId === undefined || spanId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
    const begun = this.#begin(span, above);
    const inside = trace.setSpan(above, begun);
    for (const part of parts) this.#begin(part, inside).end(toHrTime(part.endAt));
    begun.end(toHrTime(span.endAt));
    const context = begun.spanContext();
    return `00-${context.traceId}-${context.spanId}-01`;
  }

  /** Sends what is left, for at most 5 s. */
  async close(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  #begin({ name, startAt, attributes }: PastSpan, context: Parameters<Tracer['startSpan']>[2]): Span {
    return this.#tracer.startSpan(
      name,
      { startTime: toHrTime(startAt), ...(attributes ? { attributes } : {}) },
      context,
    );
  }
}

/** Null, and nothing loaded, without `telemetry.otlp` in the configuration. */
export const openTracing = async (
  telemetry: TelemetryConfig | undefined,
  process: { readonly name: string; readonly worker: string },
  log: Logger,
): Promise<Tracing | null> => {
  const otlp = telemetry?.otlp;
  if (!otlp) return null;
  const [api, { BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      ...{ 'service.name': 'watchpost', 'service.namespace': process.name, 'service.instance.id': process.worker },
    }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: otlp.url, timeoutMillis: SEND_LIMIT_MS }), {
        ...{ maxQueueSize: LONGEST_QUEUE, scheduledDelayMillis: SEND_EVERY_MS, exportTimeoutMillis: SEND_LIMIT_MS },
      }),
    ],
  });
  log.info({ sampleRatio: otlp.sampleRatio }, 'frames are traced');
  return new Tracing(api, provider.getTracer('watchpost'), provider, otlp.sampleRatio);
};
