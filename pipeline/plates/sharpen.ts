type Size = { readonly width: number; readonly height: number };

/** Widths of the blur in pixels, as the standard deviation of a Gaussian, which lifting makes another on each axis. */
export type Blur = { readonly acrossPx: number; readonly downPx: number };

const kernelOf = (sigma: number): Float32Array => {
  const reach = Math.max(1, Math.ceil(sigma * 2.5));
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((all, value) => all + value, 0);
  return kernel.map((value) => value / sum);
};

/** Gaussian along both axes, edges repeated. */
export const blurred = (values: Float32Array, { width, height }: Size, { acrossPx, downPx }: Blur): Float32Array => {
  const [across, down] = [kernelOf(acrossPx), kernelOf(downPx)];
  const [reachX, reachY] = [across.length >> 1, down.length >> 1];
  const rows = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = -reachX; k <= reachX; k++)
        sum += across[k + reachX]! * values[y * width + Math.max(0, Math.min(width - 1, x + k))]!;
      rows[y * width + x] = sum;
    }
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let k = -reachY; k <= reachY; k++) {
      const from = Math.max(0, Math.min(height - 1, y + k)) * width;
      const factor = down[k + reachY]!;
      for (let x = 0; x < width; x++) out[y * width + x]! += factor * rows[from + x]!;
    }
  return out;
};

/**
 * Takes some of a known blur back: what is missing after blurring the estimate again is added to it, a few times [Van Cittert
 * 1931]. Each round restores finer detail and more noise. Brightness alone is sharpened; colours go with it.
 * @param pixels uint8 RGB
 */
export const sharpened = (pixels: Uint8Array, size: Size, blur: Blur, rounds: number): Uint8Array => {
  const seen = Float32Array.from({ length: size.width * size.height }, (_, at) => lumaOf(pixels, at * 3));
  const estimate = Float32Array.from(seen);
  for (let round = 0; round < rounds; round++) {
    const again = blurred(estimate, size, blur);
    for (let at = 0; at < seen.length; at++)
      estimate[at] = Math.max(0, Math.min(255, estimate[at]! + seen[at]! - again[at]!));
  }
  const out = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = Math.floor(at / 3);
    out[at] = Math.max(0, Math.min(255, pixels[at]! + estimate[pixel]! - seen[pixel]!));
  }
  return out;
};

const lumaOf = (pixels: Uint8Array, at: number): number =>
  0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
