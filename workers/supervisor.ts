import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from 'pino';
import { HEARTBEAT_MS, isHeartbeat } from './heartbeat.ts';

/**
 * How glibc gives memory back (mallopt(3)). Pictures are decoded and encoded in many threads; glibc gives each its own
 * arena, and memory that was freed in one is not used by another: two arenas are enough. And it raises the size from which
 * a block is mapped by itself with every such block it frees, to as much as 32 MiB: pictures then lie in the heap, where
 * one small block behind them keeps them from being given back. A set size is not raised. Both keep a process that runs
 * for months from growing.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_TRIM_THRESHOLD_: '262144' };

export type ChildSpec = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** A child that may end by itself (exit code 0) and is then not started again. */
  readonly mayFinish?: boolean;
};

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A child that lived so long was healthy: its next failure starts again with the first delay. */
const HEALTHY_AFTER_MS = 60_000;
/** Longer than a process allows itself (bin/cli/process.ts), so that only one that hangs is killed. */
const STOP_GRACE_MS = 7_500;
/** Exit code of a wrong configuration or a missing part: starting again cannot help. */
const HOPELESS_EXIT_CODE = 2;

/** A child that told of itself and then is silent for so long lives but does not work. */
const HUNG_AFTER_MS = 30_000;

type Child = {
  spec: ChildSpec;
  process: ChildProcess | null;
  retryMs: number;
  /** Looks since it last told that it works; null before it ever did. Looks and not time: this process may be held up too. */
  silentLooks: number | null;
  timer: NodeJS.Timeout | null;
  /** Asked to end only to be started again. */
  restarting: boolean;
  /** Set once it was asked to end for good. */
  stopped: Promise<void> | null;
};

/**
 * Keeps child processes running: one that dies, or lives but does not work, is started again after a growing delay, the
 * others never notice.
 * Children get SIGTERM at the end, SIGKILL after 7.5 s.
 */
export class Supervisor {
  readonly #log: Logger;
  readonly #output: 'stdout' | 'stderr';
  readonly #children = new Map<string, Child>();
  readonly #finished = new Map<string, { promise: Promise<number>; resolve: (exitCode: number) => void }>();
  readonly #looker: NodeJS.Timeout;
  #stopping = false;

  /**
   * @param output where the children's standard output goes; `stderr` where this process prints something for machines
   * @param lookMs how often is looked for children that hang
   */
  constructor(log: Logger, output: 'stdout' | 'stderr' = 'stdout', lookMs = HEARTBEAT_MS) {
    this.#log = log;
    this.#output = output;
    this.#looker = setInterval(() => this.#look(), lookMs).unref();
  }

  start(spec: ChildSpec): void {
    const child: Child = {
      spec,
      process: null,
      retryMs: FIRST_RETRY_MS,
      silentLooks: null,
      timer: null,
      restarting: false,
      stopped: null,
    };
    this.#children.set(spec.name, child);
    let resolve: (exitCode: number) => void = () => undefined;
    const promise = new Promise<number>((done) => (resolve = done));
    this.#finished.set(spec.name, { promise, resolve });
    this.#spawn(child);
  }

  /** Resolves with the exit code once the child ended for good: finished, hopeless, or stopped. */
  ended(name: string): Promise<number> {
    const entry = this.#finished.get(name);
    if (!entry) throw new TypeError(`no child "${name}"`);
    return entry.promise;
  }

  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#children].flatMap(([name, { process }]) => (process?.pid === undefined ? [] : [[name, process.pid]])),
    );
  }

  #spawn(child: Child): void {
    const { spec } = child;
    const startedAt = performance.now();
    // The message channel breaks when this process dies, however it dies, and the child then stops.
    const output = this.#output === 'stdout' ? process.stdout.fd : process.stderr.fd;
    const spawned = spawn(spec.command, spec.args, {
      stdio: ['ignore', output, 'inherit', 'ipc'],
      env: { ...MALLOC, ...process.env },
    });
    child.process = spawned;
    child.timer = null;
    child.silentLooks = null;
    spawned.on('message', (message) => {
      if (isHeartbeat(message)) child.silentLooks = 0;
      const wanted = namesIn(message, 'restart');
      if (wanted.length > 0) this.restart(wanted);
      const reread = namesIn(message, 'reload');
      if (reread.length > 0) this.reload(reread);
    });
    spawned.once('error', (error) => this.#log.error({ child: spec.name, err: error }, 'process could not be started'));
    spawned.once('close', (exitCode, exitSignal) => {
      child.process = null;
      if (child.restarting && !this.#stopping) {
        child.restarting = false;
        child.retryMs = FIRST_RETRY_MS;
        this.#spawn(child);
        return;
      }
      const over = this.#stopping || (exitCode === 0 && spec.mayFinish === true);
      if (over || exitCode === HOPELESS_EXIT_CODE) {
        if (!over) this.#log.error({ child: spec.name }, 'process cannot run; see its message above');
        this.#finished.get(spec.name)?.resolve(exitCode ?? 1);
        return;
      }
      if (performance.now() - startedAt > HEALTHY_AFTER_MS) child.retryMs = FIRST_RETRY_MS;
      this.#log.warn(
        { child: spec.name, exitCode, exitSignal, retryMs: child.retryMs },
        'process ended, starting again',
      );
      child.timer = setTimeout(() => this.#spawn(child), child.retryMs);
      child.retryMs = Math.min(child.retryMs * 2, LONGEST_RETRY_MS);
    });
  }

  /** Kills what hangs; it is then started again as one that died. */
  #look(): void {
    for (const child of this.#children.values()) {
      const { process, spec } = child;
      if (!process || child.silentLooks === null || child.restarting || this.#stopping) continue;
      if (++child.silentLooks * HEARTBEAT_MS <= HUNG_AFTER_MS) continue;
      this.#log.error({ child: spec.name }, 'process lives but does not work, killed');
      child.silentLooks = null;
      process.kill('SIGKILL');
    }
  }

  /** Ends the named children that run and starts them again at once, e.g. to read a new configuration. */
  restart(names: readonly string[]): void {
    this.#log.info({ children: names }, 'processes are started again, as asked');
    for (const [name, child] of this.#children) {
      const { process } = child;
      // One that waits for its next attempt reads the new configuration by itself.
      if (!isNamed(name, names) || !process || child.restarting) continue;
      child.restarting = true;
      process.kill('SIGTERM');
      const killer = setTimeout(() => process.kill('SIGKILL'), STOP_GRACE_MS);
      process.once('close', () => clearTimeout(killer));
    }
  }

  /** Has the named children read the configuration again while they work (SIGHUP). */
  reload(names: readonly string[]): void {
    this.#log.info({ children: names }, 'processes read the configuration again, as asked');
    for (const [name, { process, restarting }] of this.#children)
      if (isNamed(name, names) && !restarting) process?.kill('SIGHUP');
  }

  /** Stops the named children, or all, and waits until they are gone. */
  async stop(names: readonly string[] = [...this.#children.keys()]): Promise<void> {
    if (names.length === this.#children.size) {
      this.#stopping = true;
      clearInterval(this.#looker);
    }
    await Promise.all(
      names.map(async (name) => {
        const child = this.#children.get(name);
        if (child) await (child.stopped ??= this.#stop(child));
      }),
    );
  }

  async #stop(child: Child): Promise<void> {
    if (child.timer) clearTimeout(child.timer);
    const { process } = child;
    if (process) {
      process.removeAllListeners('close');
      const gone = new Promise<void>((resolve) => process.once('close', () => resolve()));
      process.kill('SIGTERM');
      const killer = setTimeout(() => process.kill('SIGKILL'), STOP_GRACE_MS);
      await gone;
      clearTimeout(killer);
      child.process = null;
    }
    this.#finished.get(child.spec.name)?.resolve(0);
  }
}

/** `analyze` names `analyze-2` as well. */
const isNamed = (child: string, names: readonly string[]): boolean =>
  names.some((name) => child === name || child.startsWith(`${name}-`));

/** `{"restart": ["analyze"]}` and `{"reload": ["record"]}`, the two things that a child may ask for. */
const namesIn = (message: unknown, wish: 'restart' | 'reload'): readonly string[] => {
  const names = (typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {})[wish];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
};
