import { useI18n } from '../../i18n/i18n.tsx';

type RuleOfCamera = { readonly kind: string; readonly cameraName: string; readonly ruleId: string };

/** Heading of a row: what the rule looks for, and which rule of which camera it is. */
export function RuleCell({ row }: { readonly row: RuleOfCamera }) {
  const { name } = useI18n();
  return (
    <th scope="row">
      {name('kind', row.kind)}
      <span className="sub">
        {row.cameraName} · {row.ruleId}
      </span>
    </th>
  );
}
