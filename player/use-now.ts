import { useEffect, useState } from 'react';
import { serverNow } from './api-client.ts';

/** The server's clock, for ages on the page; renders again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
