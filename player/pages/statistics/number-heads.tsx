import { useI18n } from '../../i18n/i18n.tsx';
import type { MessageKey } from '../../i18n/vi.ts';

/** Heads of the columns of a table that hold numbers. */
export function NumberHeads({ texts }: { readonly texts: readonly MessageKey[] }) {
  const { t } = useI18n();
  return texts.map((text) => (
    <th key={text} scope="col" className="number">
      {t(text)}
    </th>
  ));
}
