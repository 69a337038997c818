import { type ReactNode, useEffect } from 'react';

/** Title of a page, with what can be done on it beside it. */
export function PageHeader({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Watchpost`;
  }, [title]);
  return (
    <header className="page-header">
      <h1>{title}</h1>
      {children}
    </header>
  );
}
