import { useId, useState } from 'react';
import type { SetupProblem } from '../../../api/contract/setup.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { CalibrationField } from './calibration-field.tsx';
import type { DraftCamera, Rule } from './draft.ts';
import { HINTS_VI } from './hints-vi.ts';
import { useProblemText } from './use-problem-text.ts';
import { type Field, type Schema, toField, wordsOf } from './schema.ts';

/** Classes that the shipped detectors know; a rule's own ones are added to them. */
const CLASSES = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'];

/** A form of one rule, made from its schema. A field that is left empty has its default. */
export function RuleForm(props: {
  readonly rule: Rule;
  readonly schema: Schema;
  readonly camera: DraftCamera;
  /** Faults of this rule; `path` is the key. */
  readonly problems: readonly SetupProblem[];
  readonly onChange: (rule: Rule, key: string) => void;
  /** Sets the calibration's points on the picture. */
  readonly onDraw: () => void;
  /** Shows the calibration on the picture. */
  readonly onShow: () => void;
}) {
  const { rule, schema, problems } = props;
  const problemText = useProblemText();
  const problemOf = (key: string): string | undefined => {
    const found = problems.find(({ path }) => path === key || path.startsWith(`${key}.`));
    return found && problemText(found);
  };
  const lead = useHint(schema);
  const set = (key: string, value: unknown): void => {
    const rest = Object.fromEntries(Object.entries(rule).filter(([name]) => name !== key));
    const next = value === undefined ? rest : { ...rule, [key]: value };
    props.onChange(next as Rule, key);
  };
  return (
    <div className="rule-form">
      {lead && <p className="hint rule-lead">{lead}</p>}
      {Object.entries(schema.properties ?? {})
        .filter(([key]) => key !== 'kind')
        .map(([key, member]) => (
          <RuleField
            key={key}
            name={key}
            schema={member}
            required={(schema.required ?? []).includes(key) && member.default === undefined}
            value={rule[key]}
            camera={props.camera}
            problem={problemOf(key)}
            onChange={(value) => set(key, value)}
            onDraw={props.onDraw}
            onShow={props.onShow}
          />
        ))}
    </div>
  );
}

/** What the schema says of a rule or one of its keys, in the reader's language. */
function useHint({ description }: Schema): string | undefined {
  const { language } = useI18n();
  return description !== undefined && language === 'vi' ? HINTS_VI[description] : description;
}

type FieldProps = {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: unknown;
  readonly camera: DraftCamera;
  readonly problem: string | undefined;
  readonly onChange: (value: unknown) => void;
  readonly onDraw: () => void;
  readonly onShow: () => void;
};

function RuleField(props: FieldProps) {
  const { name: nameOf } = useI18n();
  const id = useId();
  const told = useHint(props.schema);
  const field = toField(props.name, props.schema);
  const label = nameOf('ruleKey', props.name);
  const grouped = field.input === 'classes' || field.input === 'words' || field.input === 'calibration';
  const hint = props.problem ?? told;
  const Label = grouped ? 'span' : 'label';
  return (
    <div
      className="rule-field"
      data-wide={grouped || undefined}
      role={grouped ? 'group' : undefined}
      aria-labelledby={grouped ? `${id}-label` : undefined}
    >
      <Label id={`${id}-label`} {...(grouped ? {} : { htmlFor: id })}>
        {label}
      </Label>
      <Control {...props} id={id} field={field} />
      {hint && (
        <p className={props.problem ? 'field-problem' : 'hint'} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function Control({
  id,
  field,
  schema,
  value,
  required,
  camera,
  problem,
  onChange,
  onDraw,
  onShow,
}: FieldProps & { readonly id: string; readonly field: Field }) {
  const { t, name: nameOf } = useI18n();
  const common = { id, 'aria-invalid': problem !== undefined, 'aria-describedby': `${id}-hint` };
  const fallback = schema.default;
  switch (field.input) {
    case 'choice':
      return (
        <select {...common} value={toText(value ?? fallback)} onChange={(event) => onChange(event.target.value)}>
          {field.options.map((option) => (
            <option key={option} value={option}>
              {nameOf('ruleWord', option)}
            </option>
          ))}
        </select>
      );
    case 'shape': {
      const known = Object.keys(camera[field.of] ?? {});
      const chosen = typeof value === 'string' ? value : '';
      return (
        <select
          {...common}
          required={required}
          value={chosen}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        >
          <option value="">{t(required ? 'setup.choose' : 'setup.none')}</option>
          {[...new Set([...known, ...(chosen === '' ? [] : [chosen])])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      );
    }
    case 'number':
      return (
        <input
          {...common}
          type="number"
          required={required}
          step={field.whole ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          placeholder={toText(fallback)}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
        />
      );
    case 'classes':
    case 'words': {
      const listed = (value ?? fallback ?? []) as readonly string[];
      const options = field.input === 'words' ? wordsOf(schema) : [...new Set([...CLASSES, ...listed])];
      return (
        <div className="checks">
          {options.map((option) => (
            <label key={option}>
              <input
                type="checkbox"
                checked={listed.includes(option)}
                onChange={(event) =>
                  onChange(event.target.checked ? [...listed, option] : listed.filter((one) => one !== option))
                }
              />
              {field.input === 'words' ? nameOf('ruleWord', option) : nameOf('class', option)}
            </label>
          ))}
        </div>
      );
    }
    case 'heading': {
      const [x = 1, y = 0] = (value ?? []) as readonly number[];
      // As on a compass of the picture: 0° up, 90° right.
      const degrees = Math.round((Math.atan2(x, -y) * 180) / Math.PI + 360) % 360;
      const turn = (angle: number): void => {
        const radians = (angle * Math.PI) / 180;
        onChange([Math.round(Math.sin(radians) * 1000) / 1000, Math.round(-Math.cos(radians) * 1000) / 1000]);
      };
      return (
        <div className="heading">
          <input
            {...common}
            type="range"
            min={0}
            max={359}
            value={degrees}
            onChange={(event) => turn(event.target.valueAsNumber)}
          />
          <output htmlFor={id}>{value === undefined ? t('setup.choose') : `${degrees}°`}</output>
        </div>
      );
    }
    case 'hours':
      return <HoursInput common={common} value={value} onChange={onChange} />;
    case 'calibration':
      return <CalibrationField value={value} onChange={onChange} onDraw={onDraw} onShow={onShow} />;
    case 'text':
      return (
        <input
          {...common}
          type="text"
          required={required}
          pattern={schema.pattern}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' && !required ? undefined : event.target.value)}
        />
      );
    case 'json':
      return <JsonInput common={common} value={value} onChange={onChange} />;
  }
}

const toText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

type Common = { readonly id: string; readonly 'aria-invalid': boolean; readonly 'aria-describedby': string };
type InputProps = { readonly common: Common; readonly value: unknown; readonly onChange: (value: unknown) => void };

/** `06:00-09:00, 16:30-19:00`; kept as typed until it can be read. */
function HoursInput({ common, value, onChange }: InputProps) {
  const spans = Array.isArray(value) ? (value as readonly (readonly string[])[]) : [];
  const [text, setText] = useState(spans.map(([from, to]) => `${from ?? ''}-${to ?? ''}`).join(', '));
  return (
    <input
      {...common}
      type="text"
      placeholder="06:00-09:00, 16:30-19:00"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const found = [...event.target.value.matchAll(/(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)/g)];
        onChange(found.length === 0 ? undefined : found.map(([, from, to]) => [from, to]));
      }}
    />
  );
}

/** What has no form of its own is written as in the file, in JSON. */
function JsonInput({ common, value, onChange }: InputProps) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value));
  return (
    <input
      {...common}
      type="text"
      className="mono"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value.trim() === '') onChange(undefined);
        else
          try {
            onChange(JSON.parse(event.target.value));
          } catch {
            // Not whole yet; the last whole value stays until it is.
          }
      }}
    />
  );
}
