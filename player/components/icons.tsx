import type { ReactNode } from 'react';

const PATHS = {
  wall: <path d="M3.5 4.500h7v6.500h-7zM13.5 4.500h7v6.500h-7zM3.5 14h7v5.500h-7zM13.5 14h7v5.500h-7z" />,
  review: (
    <path d="M9 11.500l2.5 2.500L20 5.500M20 12v6.500a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 18.500v-13A1.5 1.5 0 0 1 5.5 4H15" />
  ),
  cases: (
    <path d="M3.5 7.500V18a2 2 0 0 0 2 2h13a2 2 0 0 0 2-2V9a2 2 0 0 0-2-2H12L9.5 4h-4a2 2 0 0 0-2 2zM8 12.500h8M8 16h5" />
  ),
  fire: (
    <path d="M12 3c1 3.500 5.500 6 5.500 10.500a5.500 5.500 0 0 1-11 0c0-2 1-3.500 2-4.500.5 1.500 1.500 2 2 2 .5-2.500-.5-5 1.500-8z" />
  ),
  plate: <path d="M3 7h18v10H3zM6.500 12h2M11 12h2M15.500 12h2M5.500 9.300h.1M18.400 9.300h.1" />,
  health: <path d="M3 12h4l2.5-7 5 14 2.5-7h4" />,
  audit: <path d="M6 3.500h9l4 4V20.500H6zM14.5 3.500V8H19M9 12h7M9 15.500h7M9 8.500h2" />,
  grip: <path d="M9 5.500h.1M15 5.500h.1M9 12h.1M15 12h.1M9 18.500h.1M15 18.500h.1" strokeWidth={3} />,
  kiosk: <path d="M3.5 5h17v11h-17zM9 20h6M12 16v4M12 8v3l2 1.500" />,
  users: (
    <path d="M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500a6.500 6.500 0 0 1 13 0M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.200a6.500 6.500 0 0 1 3.500 5.300" />
  ),
  statistics: <path d="M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6" strokeWidth={2} />,
  quality: (
    <path d="M12 3.500l2.500 5.200 5.700.700-4.200 3.900 1.100 5.700-5.100-2.800-5.100 2.800L8 13.300 3.800 9.400l5.700-.700z" />
  ),
  setup: <path d="M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM7 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0z" />,
  menu: <path d="M4 6.500h16M4 12h16M4 17.500h16" strokeWidth={2} />,
  plus: <path d="M12 5v14M5 12h14" strokeWidth={2.2} />,
  user: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.500a7.5 7.5 0 0 1 15 0" />,
  play: <path d="M7 4.500v15l12-7.500z" fill="currentColor" />,
  pause: <path d="M7.5 5v14M16.5 5v14" strokeWidth={3} />,
  frameBack: <path d="M17 5.500L8.5 12l8.5 6.500zM6 5.500v13" />,
  frameForward: <path d="M7 5.500l8.5 6.500L7 18.500zM18 5.500v13" />,
  boxes: <path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z" />,
  zone: <path d="M4 17.500L8 5.500l12 3-3.5 10z" />,
  up: <path d="M5.5 14.5L12 8l6.5 6.5" />,
  down: <path d="M5.5 9.5L12 16l6.5-6.5" />,
  minus: <path d="M5 12h14" strokeWidth={2.2} />,
  left: <path d="M14.5 5.500L8 12l6.5 6.5" />,
  right: <path d="M9.5 5.500L16 12l-6.5 6.5" />,
  search: <path d="M16 16l4.500 4.500M10.500 17.500a7 7 0 110-14 7 7 0 010 14z" />,
  download: <path d="M12 4v11.500M7 11l5 4.5 5-4.500M4.5 20h15" />,
  shield: <path d="M12 3l7.5 2.500v6c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.500v-6zM8.5 12l2.5 2.5 4.5-5" />,
  check: <path d="M4.5 12.500l5 5 10-11" strokeWidth={2.2} />,
  cross: <path d="M5.5 5.500l13 13M18.5 5.500l-13 13" strokeWidth={2.2} />,
  question: <path d="M8.5 9a3.5 3.5 0 1 1 5 3.200c-1 .5-1.5 1.2-1.5 2.300M12 18.500v.2" strokeWidth={2.2} />,
  exempt: <path d="M12 3.500v17M4 7h16M6.5 7L3.5 14h6zM17.5 7l-3 7h6zM8.5 20.500h7" />,
  undo: <path d="M8.5 5L4 9.5 8.5 14M4.5 9.500H14a5.5 5.5 0 0 1 0 11h-3" />,
  keyboard: <path d="M3 6.500h18v11H3zM6.5 10h.1M10 10h.1M13.5 10h.1M17 10h.1M8 14h8" />,
  warning: <path d="M12 4L2.5 20h19zM12 10v4.500M12 17.200v.2" />,
  blind: (
    <path d="M4 4l16 16M10 5.800A10 10 0 0 1 12 5.500c6 0 9.5 6.5 9.5 6.500a17 17 0 0 1-3 3.800M6.5 7.500A16 16 0 0 0 2.5 12s3.5 6.5 9.5 6.500a9.5 9.5 0 0 0 4-.9M9.9 10a3 3 0 0 0 4.2 4.2" />
  ),
  empty: <path d="M4 13l2.5-8h11L20 13v6H4zM4 13h5l1.5 2.500h3L15 13h5" />,
  lock: <path d="M6 10.500h12v9.500H6zM8.5 10.500V8a3.5 3.5 0 0 1 7 0v2.5" />,
  eye: (
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z" />
  ),
  camera: <path d="M3.5 7.500h11v9h-11zM14.5 10.500l6-3v9l-6-3z" />,
  calendar: <path d="M4 6h16v14H4zM4 10.500h16M8.5 3.500V8M15.5 3.500V8M8 14h.1M12 14h.1M16 14h.1M8 17h.1M12 17h.1" />,
  clock: <path d="M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.500V12l3 2" />,
  expand: <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />,
  external: <path d="M14 4h6v6M20 4l-9 9M17 14v5.500H4.500V7H10" />,
  copy: <path d="M8.5 8.500h11v11h-11zM15.5 8.500v-4h-11v11h4" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** Decorative: the text beside it, or the button's label, says what it means. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}
