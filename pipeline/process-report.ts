import type { StoreProtection } from './evidence-store.ts';
import type { HistogramData, Stage } from './stage-histograms.ts';

export const PROCESSES = ['record', 'analyze', 'evidence'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What a process without an HTTP port tells of itself every 2 s; the API hands it on to Prometheus. */
export type ProcessReport = {
  readonly process: ProcessName;
  /** Tells processes of the same kind apart. */
  readonly worker: string;
  /** Epoch ms; the counts below began with it. */
  readonly startedAt: number;
  readonly stages: Readonly<Partial<Record<Stage, HistogramData>>>;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** Of processes that seal. */
  readonly seal?: SealReport;
  /** Of the process that records. */
  readonly disk?: DiskReport;
};

/** `shortened`: recordings go before their time; `paused`: none are written. Evidence goes in neither. */
export const DISK_STAGES = ['roomy', 'shortened', 'paused'] as const;
export type DiskStage = (typeof DISK_STAGES)[number];

/** The disk that recordings lie on. Instants are epoch ms. */
export type DiskReport = {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly stage: DiskStage;
  readonly oldestAt: number | null;
  /** How long recordings are to be kept, and how far back they will reach at their present rate (h); null: not known yet. */
  readonly keepHours: number;
  readonly reachHours: number | null;
};

/** A failure that lasts: what succeeds clears it. `at` is epoch ms. */
export type LastingFailure = { readonly reason: string; readonly at: number };

export type SealReport = {
  /** Null where no authority is configured. */
  readonly signing: LastingFailure | null;
  /** Null where the store is a folder, or does not answer. */
  readonly bucket: StoreProtection | null;
  readonly timeStamps: { readonly waiting: number; readonly failure: LastingFailure | null } | null;
};

/** Redis set of the workers that ever reported; `processKey(worker)` is there only while the worker lives. */
export const PROCESSES_KEY = 'watchpost:processes';
export const processKey = (worker: string): string => `watchpost:process:${worker}`;
/** A report that was not renewed for so long is gone: its process is dead, stuck, or cut off from Redis. */
export const PROCESS_REPORT_TTL_S = 10;
