import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

/** What went wrong with what was just asked for; read out at once. */
export function ErrorBox({ children }: { readonly children: ReactNode }) {
  return (
    <div className="error-box" role="alert">
      <Icon name="warning" size={18} />
      {children}
    </div>
  );
}
