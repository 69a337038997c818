import { Zip, ZipPassThrough } from 'fflate';

export type ZipEntry = {
  readonly path: string;
  readonly open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
};

/**
 * A ZIP archive as it is made: whoever reads slowly makes the store be read slowly, and nothing is held whole in memory.
 * Nothing is compressed: video and pictures are already, and what is stored can be found by eye in the archive.
 * @param at time that the entries carry, epoch ms
 */
export const zipStream = async function* (
  entries: readonly ZipEntry[],
  at: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  const drain = function* (): Generator<Uint8Array> {
    for (let chunk = ready.shift(); chunk; chunk = ready.shift()) yield chunk;
  };
  for (const { path, open } of entries) {
    const file = new ZipPassThrough(path);
    file.mtime = at;
    zip.add(file);
    for await (const chunk of await open()) {
      file.push(chunk);
      yield* drain();
    }
    file.push(new Uint8Array(0), true);
    yield* drain();
  }
  zip.end();
  yield* drain();
};
