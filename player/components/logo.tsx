/** The product's sign: an eye that watches. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0f6f75" />
      <path
        d="M5.5 16S9.5 9.5 16 9.5 26.5 16 26.5 16 22.5 22.5 16 22.5 5.5 16 5.5 16Z"
        fill="none"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="3.6" fill="#fff" />
    </svg>
  );
}
