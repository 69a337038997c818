import { useCallback } from 'react';
import type { Camera } from '../../../api/contract/cameras.ts';
import { type Resource, useResource } from '../../use-resource.ts';

/** What every section is asked for. The span ends now at the latest. */
export type Asked = {
  readonly after: number;
  readonly before: number;
  readonly cameraId: string | undefined;
  /** For names of files: `2026-11-20_2026-11-21`. */
  readonly days: string;
  readonly cameras: readonly Camera[];
};

/** Loads what a section shows, again whenever something else is asked for. */
export function useAsked<Data>(
  { after, before, cameraId }: Asked,
  get: (filters: { after: number; before: number; cameraId: string | undefined }, signal: AbortSignal) => Promise<Data>,
): Resource<Data> {
  const load = useCallback(
    (signal: AbortSignal) => get({ after, before, cameraId }, signal),
    [get, after, before, cameraId],
  );
  return useResource(load, 60_000);
}
