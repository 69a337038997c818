import type { ReactNode } from 'react';

/**
 * A table that may be wider than the screen. It can be reached by keyboard, because only then can it be scrolled by it.
 * @param label names the region, as the heading above it does
 */
export function TableScroll(props: { readonly label: string; readonly bare?: boolean; readonly children: ReactNode }) {
  const className = props.bare ? 'table-scroll' : 'table-scroll card flush';
  return (
    <div className={className} tabIndex={0} role="region" aria-label={props.label}>
      {props.children}
    </div>
  );
}
