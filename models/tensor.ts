import type { ModelInput } from './manifest.ts';

export type PackedInput = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/**
 * Turns frames into model input. One instance per session: its buffer is used again, so a packed batch is valid until
 * the next call. The normalisation is a table of 256 values per channel.
 */
export class TensorPacker {
  readonly #input: ModelInput;
  readonly #tables: readonly Float32Array[];
  #buffer: PackedInput;

  constructor(input: ModelInput) {
    this.#input = input;
    this.#tables = [0, 1, 2].map((channel) =>
      Float32Array.from({ length: 256 }, (_, value) => {
        const { normalisation } = input;
        if (!normalisation) return value;
        return (value * normalisation.scale - normalisation.mean[channel]!) / normalisation.std[channel]!;
      }),
    );
    this.#buffer = new Uint8Array(0);
  }

  /**
   * @param pixels `count` frames one after the other, uint8 RGB, height × width × 3 each; still owned by the caller
   * @returns `[count,3,height,width]` or `[count,height,width,3]` as the manifest says
   */
  pack(pixels: Uint8Array, count: number): PackedInput {
    const { width, height, layout, dtype, colour, normalisation } = this.#input;
    const area = width * height;
    const values = area * 3 * count;
    if (pixels.length < values) throw new TypeError(`${count} frames need ${values} bytes, got ${pixels.length}`);
    if (this.#buffer.length !== values || (dtype === 'float32') !== this.#buffer instanceof Float32Array)
      this.#buffer = dtype === 'float32' ? new Float32Array(values) : new Uint8Array(values);
    const out = this.#buffer;
    if (out instanceof Uint8Array && layout === 'nhwc' && colour === 'rgb' && !normalisation) {
      out.set(pixels.subarray(0, values));
      return out;
    }
    for (let frame = 0; frame < count; frame++) {
      for (let channel = 0; channel < 3; channel++) {
        const table = this.#tables[channel]!;
        const step = layout === 'nchw' ? 1 : 3;
        let from = frame * area * 3 + (colour === 'rgb' ? channel : 2 - channel);
        let to = frame * area * 3 + (layout === 'nchw' ? channel * area : channel);
        for (let i = 0; i < area; i++, from += 3, to += step) out[to] = table[pixels[from]!]!;
      }
    }
    return out;
  }
}
