import { parentPort, workerData } from 'node:worker_threads';
import { WatchpostError } from '../pipeline/errors.ts';
import { PictureModel } from './picture-model.ts';
import type { ThreadOptions, ThreadReply, ThreadRequest } from './thread-protocol.ts';

/**
 * Entry of an inference thread. ONNX Runtime and TensorFlow.js occupy their thread during a run (15 ms for YOLOX-nano):
 * here nothing else waits for it. Requests are served in order.
 */
const serve = async (options: ThreadOptions): Promise<void> => {
  const port = parentPort;
  if (!port) throw new TypeError('started outside a worker thread');
  const reply = (message: ThreadReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  let model: PictureModel;
  try {
    model = await PictureModel.open(options);
  } catch (error) {
    const code = error instanceof WatchpostError ? error.code : 'MODEL_LOAD';
    reply({ kind: 'refused', code, message: error instanceof Error ? error.message : String(error) });
    return;
  }
  const detect = async ({ id, slot, count }: ThreadRequest & { kind: 'detect' }): Promise<void> => {
    try {
      const startedAt = performance.now();
      const pixels = new Uint8Array(options.pixels, slot * options.slotBytes, options.slotBytes);
      const detections = await model.detect(pixels, count);
      const runMs = performance.now() - startedAt;
      reply({ kind: 'result', id, detections, runMs, timing: model.timing }, [detections.buffer]);
    } catch (error) {
      reply({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    }
  };
  let tail: Promise<void> = Promise.resolve();
  port.on('message', (request: ThreadRequest) => {
    if (request.kind === 'detect') tail = tail.then(() => detect(request));
    else
      tail = tail.then(async () => {
        await model.close();
        port.close();
      });
  });
  reply({ kind: 'ready' });
};

await serve(workerData as ThreadOptions);
