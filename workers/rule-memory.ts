import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import type { Logger } from 'pino';
import { CameraMemory } from '../pipeline/rules/memory.ts';
import { dataFolder } from './data-folder.ts';
import { writeWhole } from './write-whole.ts';

/** What the rules of one camera have learnt, in a file: it outlives sessions, processes, and moves between workers. */
export class RuleMemoryFile {
  readonly #cameraId: string;
  readonly #file: string;
  readonly #log: Logger;
  #written = '';

  constructor(dataDir: string, cameraId: string, log: Logger) {
    this.#cameraId = cameraId;
    this.#file = dataFolder(dataDir).learnt(cameraId);
    this.#log = log;
  }

  /** Null where nothing was kept, or by a version that is not understood: the rules then learn anew. */
  async read(): Promise<CameraMemory | null> {
    const text = await readFile(this.#file, 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      const memory: unknown = JSON.parse(text);
      if (Value.Check(CameraMemory, memory)) return memory;
    } catch {
      // Told below.
    }
    this.#log.warn({ cameraId: this.#cameraId, file: this.#file }, 'what the rules had learnt cannot be read');
    return null;
  }

  /** Rules go on without it: a disk that is full costs no event. */
  async write(memory: CameraMemory): Promise<void> {
    const text = JSON.stringify(memory);
    if (text === this.#written) return;
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await writeWhole(this.#file, text);
      this.#written = text;
    } catch (err) {
      this.#log.warn({ cameraId: this.#cameraId, err }, 'what the rules have learnt could not be kept');
    }
  }
}
