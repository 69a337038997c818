import { type RefObject, useEffect, useState } from 'react';

/** Somebody who looks into another tab for a moment does not wait for pictures when coming back. */
const HIDDEN_MS = 20_000;

/** Whether an element is (nearly) on the screen and the tab is looked at: only then is it worth a video stream. */
export function useInView(root: RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(false);
  const [awake, setAwake] = useState(!document.hidden);
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const observer = new IntersectionObserver((entries) => setInView(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '80px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [root]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = (): void => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setAwake(false), HIDDEN_MS);
      else setAwake(true);
    };
    onChange();
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return inView && awake;
}
