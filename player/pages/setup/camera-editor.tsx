import { useEffect, useMemo, useState } from 'react';
import type { CheckResult, Setup } from '../../../api/contract/setup.ts';
import { api, ApiError, snapshotUrl } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { navigate } from '../../router.ts';
import { type DraftCamera, type Rule, useDraft } from './draft.ts';
import { DryRunPanel } from './dry-run-panel.tsx';
import { PictureEditor, type Tool } from './picture-editor.tsx';
import { useProblemText } from './use-problem-text.ts';
import { RuleForm } from './rule-form.tsx';
import { kindsOf, type Schema, schemaOf } from './schema.ts';
import { SourceForm } from './source-form.tsx';
import { freeName, keyOf, type NamedShape, type Shape, shapesOf, withName, withoutShape } from './shapes.ts';

/** So long after the last key the draft is checked. */
const CHECK_AFTER_MS = 500;
const LAMPS = ['red', 'yellow', 'green'] as const;
const PANELS = ['source', 'shapes', 'rules'] as const;
const nothing: CheckResult = { problems: [], reach: 'none', diff: '' };

/** One camera: its address, what is drawn on its picture, its rules; tried before it is saved. */
export function CameraEditor(props: {
  readonly setup: Setup;
  readonly camera: DraftCamera;
  readonly isNew: boolean;
  readonly onSaved: () => void;
}) {
  const { setup, isNew } = props;
  const { t } = useI18n();
  const errorText = useErrorText();
  const draft = useDraft(props.camera);
  const { camera } = draft;
  const [panel, setPanel] = useState<(typeof PANELS)[number]>(isNew ? 'source' : 'shapes');
  const [tool, setTool] = useState<Tool>({ tool: 'select' });
  const [selected, setSelected] = useState<string | null>(null);
  const [picture, setPicture] = useState<string | null>(null);
  const [check, setCheck] = useState<CheckResult>(nothing);
  const [note, setNote] = useState('');
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const schema = setup.ruleSchema as Schema;
  const { sha256 } = setup;

  useEffect(() => {
    if (isNew) return;
    // A picture that cannot be had is said on the canvas; drawing goes on without it.
    const image = new Image();
    const url = snapshotUrl(camera.id);
    image.onload = () => setPicture((old) => old ?? url);
    image.src = url;
  }, [isNew, camera.id]);

  useEffect(() => {
    if (!draft.isChanged) {
      setCheck(nothing);
      return;
    }
    let over = false;
    const timer = setTimeout(() => {
      api.checkCamera({ sha256, camera }).then(
        (found) => {
          if (!over) setCheck(found);
        },
        (error: unknown) => {
          if (!over) setFailure(error);
        },
      );
    }, CHECK_AFTER_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [camera, draft.isChanged, sha256]);

  // Leaving with changes that are not saved is asked about by the browser.
  useEffect(() => {
    if (!draft.isChanged) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [draft.isChanged]);

  const save = (): void => {
    setWorking(true);
    setFailure(null);
    api
      .saveCamera({ sha256, camera, note })
      .then(
        () => {
          draft.saved();
          setNote('');
          props.onSaved();
          if (isNew) navigate(`/setup/${encodeURIComponent(camera.id)}`, { replace: true });
        },
        (error: unknown) => setFailure(error),
      )
      .finally(() => setWorking(false));
  };
  const problems = check.problems;
  const problemText = useProblemText();
  const conflict = failure instanceof ApiError && failure.code === 'CONFIG_CONFLICT';
  const mayTry = camera.analysis !== undefined && problems.length === 0 && !isNew;
  return (
    <div className="page setup-page">
      <PageHeader title={isNew ? t('setup.add') : camera.name || camera.id}>
        <span className="spacer" />
        <button
          type="button"
          className="button icon-only"
          aria-label={t('setup.undo')}
          title={`${t('setup.undo')} (Ctrl+Z)`}
          disabled={!draft.canUndo}
          onClick={draft.undo}
        >
          <Icon name="undo" size={18} />
        </button>
        <button
          type="button"
          className="button icon-only flip"
          aria-label={t('setup.redo')}
          title={`${t('setup.redo')} (Ctrl+Y)`}
          disabled={!draft.canRedo}
          onClick={draft.redo}
        >
          <Icon name="undo" size={18} />
        </button>
        <Link className="button" to="/setup">
          <Icon name="left" size={17} />
          {t('setup.back')}
        </Link>
      </PageHeader>
      <div className="setup-columns">
        <div className="setup-main">
          <PictureEditor
            draft={draft}
            picture={picture}
            tool={tool}
            onTool={setTool}
            selected={selected}
            onSelect={setSelected}
          />
          <p className="hint">{t(tool.tool === 'draw' ? `setup.drawing.${tool.shape.kind}` : 'setup.drawHint')}</p>
          {mayTry && <DryRunPanel camera={camera} />}
        </div>
        <aside className="setup-side">
          <div className="segments" role="group" aria-label={t('setup.panels')}>
            {PANELS.map((one) => (
              <button key={one} type="button" aria-pressed={panel === one} onClick={() => setPanel(one)}>
                {t(`setup.panel.${one}`)}
              </button>
            ))}
          </div>
          <div className="card">
            {panel === 'source' && (
              <SourceForm draft={draft} isNew={isNew} detectors={setup.detectors} onPicture={setPicture} />
            )}
            {panel === 'shapes' && (
              <Shapes draft={draft} tool={tool} onTool={setTool} selected={selected} onSelect={setSelected} />
            )}
            {panel === 'rules' && (
              <Rules
                camera={camera}
                schema={schema}
                problems={problems}
                onChange={(rules, step) => draft.change({ rules }, step)}
                onDraw={(shape) => setTool({ tool: 'draw', shape })}
                onShow={setSelected}
              />
            )}
          </div>
          <section className="card save" aria-label={t('setup.save')}>
            <div aria-live="polite">
              {problems.length > 0 && (
                <div className="error-box">
                  <Icon name="warning" size={18} />
                  <ul>
                    {problems.map(({ path, message }) => (
                      <li key={path + message}>
                        {path && <code>{path}</code>} {problemText({ message })}
                      </li>
                    ))}
                  </ul>
                </div>
              )}
              {failure !== null && (
                <div className="error-box">
                  <span>{conflict ? t('setup.conflict') : errorText(failure)}</span>
                </div>
              )}
              {draft.isChanged && problems.length === 0 && check.reach !== 'none' && (
                <p className="info-box">{t(`setup.reach.${check.reach}`)}</p>
              )}
              {!draft.isChanged && <p className="muted">{t('setup.unchanged')}</p>}
            </div>
            {check.diff !== '' && problems.length === 0 && (
              <details>
                <summary>{t('setup.diff')}</summary>
                <Diff text={check.diff} />
              </details>
            )}
            <label className="field">
              <span>{t('setup.note')}</span>
              <input value={note} maxLength={200} onChange={(event) => setNote(event.target.value)} />
            </label>
            <button
              type="button"
              className="button primary"
              disabled={!draft.isChanged || problems.length > 0 || working || setup.readOnly !== null}
              onClick={save}
            >
              <Icon name="check" size={17} />
              {t('setup.save')}
            </button>
          </section>
        </aside>
      </div>
    </div>
  );
}

export function Diff({ text }: { readonly text: string }) {
  return (
    <pre className="diff" tabIndex={0}>
      {text.split('\n').map((line, index) => (
        <span key={index} data-sign={line[0]}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

function Shapes(props: {
  readonly draft: ReturnType<typeof useDraft>;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly selected: string | null;
  readonly onSelect: (key: string | null) => void;
}) {
  const { t } = useI18n();
  const { camera, change } = props.draft;
  const shapes = shapesOf(camera).filter((shape): shape is NamedShape => shape.kind !== 'calibration');
  const draw = (kind: 'zone' | 'line' | 'lamp'): void => {
    const taken = shapes.filter((shape) => shape.kind === kind).map(({ name }) => name);
    if (kind !== 'lamp') {
      props.onTool({ tool: 'draw', shape: { kind, name: freeName(kind, taken), points: [] } });
      return;
    }
    // Lamps of one signal are drawn one after the other, from red to green.
    const open = Object.entries(camera.signals ?? {}).find(([, lamps]) => lamps.length < LAMPS.length);
    const [name, lamps] = open ?? [freeName('signal', taken), []];
    const colour = LAMPS.find((one) => !lamps.some((lamp) => lamp.colour === one)) ?? 'red';
    props.onTool({
      tool: 'draw',
      shape: {
        kind,
        name,
        lamp: lamps.length,
        colour,
        points: [
          [0, 0],
          [0, 0],
        ],
      },
    });
  };
  return (
    <>
      <div className="row">
        {(['zone', 'line', 'lamp'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            className="button small"
            aria-pressed={props.tool.tool === 'draw' && props.tool.shape.kind === kind}
            onClick={() => draw(kind)}
          >
            <Icon name="plus" size={15} />
            {t(`setup.add.${kind}`)}
          </button>
        ))}
      </div>
      {shapes.length === 0 && <p className="nothing">{t('setup.noShapes')}</p>}
      <ul className="shape-list">
        {shapes.map((shape) => (
          <li key={keyOf(shape)} data-selected={keyOf(shape) === props.selected}>
            <button type="button" className="button quiet small" onClick={() => props.onSelect(keyOf(shape))}>
              {t(`setup.kind.${shape.kind}`)}
              {shape.kind === 'lamp' && ` · ${t(`setup.colour.${shape.colour}`)}`}
            </button>
            <input
              aria-label={t('setup.nameOf', { name: shape.name })}
              defaultValue={shape.name}
              key={shape.name}
              pattern="[^/]{1,64}"
              onBlur={(event) => {
                const next = event.target.value.trim();
                const taken = shapes.some((one) => one.kind === shape.kind && one.name === next);
                if (next === '' || next === shape.name || taken) event.target.value = shape.name;
                else {
                  change(withName(camera, shape, next));
                  props.onSelect(keyOf({ ...shape, name: next }));
                }
              }}
            />
            <button
              type="button"
              className="button icon-only small quiet"
              aria-label={t('setup.remove', { name: shape.name })}
              onClick={() => change(withoutShape(camera, shape))}
            >
              <Icon name="cross" size={15} />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Rules(props: {
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
