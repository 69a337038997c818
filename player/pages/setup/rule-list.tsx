import { useMemo } from 'react';
import type { CheckResult } from '../../../api/contract/setup.ts';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { DraftCamera, Rule } from './draft.ts';
import { RuleForm } from './rule-form.tsx';
import { kindsOf, type Schema, schemaOf } from './schema.ts';
import { freeName, keyOf, type Shape } from './shapes.ts';

/** The camera's rules, each with the problems that the check found in it. */
export function RuleList(props: {
  readonly camera: DraftCamera;
  readonly schema: Schema;
  readonly problems: CheckResult['problems'];
  readonly onChange: (rules: readonly Rule[], step?: string) => void;
  readonly onDraw: (shape: Shape) => void;
  readonly onShow: (key: string) => void;
}) {
  const { t, name } = useI18n();
  const { camera, schema, problems, onChange } = props;
  const rules = useMemo(() => camera.rules ?? [], [camera.rules]);
  const add = (kind: string): void => {
    const zone = Object.keys(camera.zones ?? {})[0];
    const line = Object.keys(camera.lines ?? {})[0];
    const signal = Object.keys(camera.signals ?? {})[0];
    const members = schemaOf(schema, kind)?.required ?? [];
    const id = freeName(
      kind.replaceAll('_', '-'),
      rules.map((rule) => rule.id),
    );
    const first = { zone, line, signal };
    const given = Object.entries(first).filter(([key, value]) => members.includes(key) && value !== undefined);
    onChange([...rules, { id, kind, ...Object.fromEntries(given) }]);
  };
  return (
    <>
      <label className="field">
        <span>{t('setup.addRule')}</span>
        <select value="" onChange={(event) => add(event.target.value)}>
          <option value="">{t('setup.choose')}</option>
          {kindsOf(schema).map((kind) => (
            <option key={kind} value={kind}>
              {name('kind', kind)}
            </option>
          ))}
        </select>
      </label>
      {rules.length === 0 && <p className="nothing">{t('camera.noRules')}</p>}
      {rules.map((rule, index) => {
        const own = problems
          .filter(({ path }) => path === `rules.${index}` || path.startsWith(`rules.${index}.`))
          .map(({ path, message }) => ({ path: path.slice(`rules.${index}.`.length), message }));
        const branch = schemaOf(schema, rule.kind);
        return (
          <details key={index} className="rule" open={own.length > 0 || index === rules.length - 1}>
            <summary>
              {name('kind', rule.kind)} · {rule.id}
              {own.length > 0 && (
                <span className="chip" data-tone="bad">
                  {own.length}
                </span>
              )}
            </summary>
            {branch && (
              <RuleForm
                rule={rule}
                schema={branch}
                camera={camera}
                problems={own}
                onDraw={() => props.onDraw({ kind: 'calibration', name: rule.id, points: [] })}
                onShow={() => props.onShow(keyOf({ kind: 'calibration', name: rule.id, points: [] }))}
                onChange={(next, key) =>
                  onChange(
                    rules.map((old, position) => (position === index ? next : old)),
                    `rule ${index} ${key}`,
                  )
                }
              />
            )}
            <button
              type="button"
              className="button small"
              onClick={() => onChange(rules.filter((_, position) => position !== index))}
            >
              <Icon name="cross" size={15} />
              {t('setup.removeRule')}
            </button>
          </details>
        );
      })}
    </>
  );
}
