import { useEffect, useState } from 'react';
import type { CheckResult, Setup } from '../../../api/contract/setup.ts';
import { api, ApiError, snapshotUrl } from '../../api-client.ts';
import { Icon } from '../../components/icons.tsx';
import { Link } from '../../components/link.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useErrorText } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { navigate } from '../../router.ts';
import { Diff } from './diff.tsx';
import { type DraftCamera, useDraft } from './draft.ts';
import { DryRunPanel } from './dry-run-panel.tsx';
import { PictureEditor, type Tool } from './picture-editor.tsx';
import { RuleList } from './rule-list.tsx';
import type { Schema } from './schema.ts';
import { ShapeList } from './shape-list.tsx';
import { SourceForm } from './source-form.tsx';
import { useProblemText } from './use-problem-text.ts';

/** So long after the last key the draft is checked. */
const CHECK_AFTER_MS = 500;
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
              <ShapeList draft={draft} tool={tool} onTool={setTool} selected={selected} onSelect={setSelected} />
            )}
            {panel === 'rules' && (
              <RuleList
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
