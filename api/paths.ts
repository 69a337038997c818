import { join } from 'node:path';

/** The parts of the data folder that the API reads (the whole layout: workers/data-folder.ts). */
export const dataPaths = (dataDir: string) => ({
  database: join(dataDir, 'watchpost.db'),
  objects: join(dataDir, 'objects'),
  keys: join(dataDir, 'keys'),
  stills: (cameraId: string) => join(dataDir, 'stills', cameraId),
  camera: (cameraId: string) => join(dataDir, 'recordings', cameraId),
  session: (cameraId: string, sessionId: string) => join(dataDir, 'recordings', cameraId, sessionId),
});
export type DataPaths = ReturnType<typeof dataPaths>;
