import { type SyntheticEvent, useState } from 'react';
import type { PassageSearch, PassageView } from '../../../api/contract/passages.ts';
import { api } from '../../api-client.ts';
import { DateField } from '../../components/date-field.tsx';
import { ErrorBox } from '../../components/error-box.tsx';
import { Loading, Notice, useErrorText, PartState } from '../../components/states.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session.ts';
import { nextDay, toInstant } from '../../site-time.ts';
import { useResource } from '../../use-resource.ts';
import { PASSAGE_CLASSES, PLATE_COLOURS } from './names.ts';
import { PassageCard } from './passage-card.tsx';
import { PurposeField } from './purpose-field.tsx';

type Form = {
  readonly plate: string;
  readonly similar: boolean;
  readonly firstHere: boolean;
  readonly className: string;
  readonly colour: string;
  readonly cameraId: string;
  readonly place: string;
  readonly from: string;
  readonly until: string;
};
const EMPTY: Form = {
  ...{
    plate: '',
    similar: false,
    firstHere: false,
    className: '',
    colour: '',
    cameraId: '',
    place: '',
    from: '',
    until: '',
  },
};

/** What the server is asked; days are the site's. */
const toSearch = (form: Form, purpose: string, timeZone: string): PassageSearch => {
  const after = form.from === '' ? null : toInstant(form.from, timeZone);
  const before = form.until === '' ? null : toInstant(nextDay(form.until), timeZone);
  const className = PASSAGE_CLASSES.find((one) => one === form.className);
  const colour = PLATE_COLOURS.find((one) => one === form.colour);
  return {
    purpose: purpose.trim(),
    ...(form.plate.trim() ? { plate: form.plate.trim(), similar: form.similar } : {}),
    ...(form.firstHere ? { firstHere: true } : {}),
    ...(className ? { className } : {}),
    ...(colour ? { colour } : {}),
    ...(form.cameraId ? { cameraId: form.cameraId } : {}),
    ...(form.place.trim() ? { place: form.place.trim() } : {}),
    ...(after === null ? {} : { after }),
    ...(before === null ? {} : { before }),
  };
};

type Found = {
  readonly asked: PassageSearch;
  readonly passages: readonly PassageView[];
  readonly nextCursor: string | null;
};

export function SearchView(props: {
  readonly purpose: string;
  readonly onPurpose: (purpose: string) => void;
  readonly onTrace: (plate: string) => void;
  readonly onWatch: (plate: string) => void;
}) {
  const { t, name } = useI18n();
  const { timeZone } = useSession().site;
  const errorText = useErrorText();
  const cameras = useResource(api.cameras);
  const [form, setForm] = useState<Form>(EMPTY);
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const places = [...new Set(cameras.data?.map(({ place }) => place).filter(Boolean) ?? [])].sort();
  const set = (change: Partial<Form>): void => setForm({ ...form, ...change });

  const ask = (asked: PassageSearch, before: readonly PassageView[], cursor: string | null): void => {
    setBusy(true);
    setProblem(null);
    api
      .searchPassages({ ...asked, ...(cursor === null ? {} : { cursor }) })
      .then(({ passages, nextCursor }) => setFound({ asked, nextCursor, passages: [...before, ...passages] }))
      .catch(setProblem)
      .finally(() => setBusy(false));
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setFound(null);
    ask(toSearch(form, props.purpose, timeZone), [], null);
  };

  return (
    <>
      {cameras.error !== null && <PartState of={cameras} />}
      <form className="card plates-form" aria-label={t('plates.search')} onSubmit={submit}>
        <PurposeField value={props.purpose} onChange={props.onPurpose} />
        <label className="plates-plate">
          <span>{t('plates.plate')}</span>
          <input
            type="search"
            value={form.plate}
            maxLength={40}
            autoCapitalize="characters"
            spellCheck={false}
            aria-describedby="plate-hint"
            onChange={(event) => set({ plate: event.target.value })}
          />
          <small id="plate-hint" className="muted">
            {t('plates.plateHint')}
          </small>
        </label>
        <div className="filters">
          <label>
            <span>{t('plates.class')}</span>
            <select value={form.className} onChange={(event) => set({ className: event.target.value })}>
              <option value="">{t('plates.anyClass')}</option>
              {PASSAGE_CLASSES.map((one) => (
                <option key={one} value={one}>
                  {name('class', one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('plates.colour')}</span>
            <select value={form.colour} onChange={(event) => set({ colour: event.target.value })}>
              <option value="">{t('plates.anyColour')}</option>
              {PLATE_COLOURS.map((one) => (
                <option key={one} value={one}>
                  {name('plateColour', one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('plates.camera')}</span>
            <select value={form.cameraId} onChange={(event) => set({ cameraId: event.target.value })}>
              <option value="">{t('plates.anyCamera')}</option>
              {cameras.data?.map((camera) => (
                <option key={camera.id} value={camera.id}>
                  {camera.name || camera.id}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('plates.place')}</span>
            <input
              type="text"
              list="plate-places"
              maxLength={100}
              disabled={form.cameraId !== ''}
              value={form.place}
              onChange={(event) => set({ place: event.target.value })}
            />
            <datalist id="plate-places">
              {places.map((place) => (
                <option key={place} value={place} />
              ))}
            </datalist>
          </label>
          <DateField label={t('plates.from')} value={form.from} onChange={(from) => set({ from })} />
          <DateField
            label={t('plates.until')}
            value={form.until}
            min={form.from}
            onChange={(until) => set({ until })}
          />
        </div>
        <div className="plates-checks">
          <label>
            <input
              type="checkbox"
              checked={form.similar}
              onChange={(event) => set({ similar: event.target.checked })}
            />
            <span>{t('plates.similar')}</span>
          </label>
          <label>
            <input
              type="checkbox"
              checked={form.firstHere}
              onChange={(event) => set({ firstHere: event.target.checked })}
            />
            <span>{t('plates.firstHere')}</span>
          </label>
          <button type="submit" className="button primary" disabled={busy}>
            {t('plates.find')}
          </button>
        </div>
      </form>
      {problem !== null && <ErrorBox>{errorText(problem)}</ErrorBox>}
      {busy && !found && <Loading />}
      {!busy && !found && problem === null && (
        <Notice icon="plate" title={t('plates.start')} hint={t('plates.startHint')} />
      )}
      {found && (
        <section aria-label={t('plates.results')} className="passages">
          {found.passages.length === 0 ? (
            <Notice icon="empty" title={t('plates.empty')} hint={t('plates.emptyHint')} />
          ) : (
            <>
              <p className="muted" role="status">
                {t('plates.count', { count: found.passages.length })}
              </p>
              {found.passages.map((passage) => (
                <PassageCard key={passage.id} passage={passage} onTrace={props.onTrace} onWatch={props.onWatch} />
              ))}
            </>
          )}
          {found.nextCursor !== null && (
            <div className="center">
              <button
                type="button"
                className="button"
                disabled={busy}
                onClick={() => ask(found.asked, found.passages, found.nextCursor)}
              >
                {t('plates.more')}
              </button>
            </div>
          )}
        </section>
      )}
    </>
  );
}
