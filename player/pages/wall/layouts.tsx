import { type SyntheticEvent, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { setPreferences, usePreferences } from '../../preferences.ts';

/** Arrangements of the wall by name, kept on this device. */
export function Layouts({ order }: { readonly order: readonly string[] }) {
  const { t } = useI18n();
  const { layouts, layout, tiles } = usePreferences();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const choose = (wanted: string): void => {
    const found = layouts.find((one) => one.name === wanted);
    if (found) setPreferences({ layout: found.name, order: found.order, tiles: found.tiles });
    else setPreferences({ layout: null, order: [] });
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const saved = { name: name.trim(), order, tiles };
    const others = layouts.filter((one) => one.name !== saved.name);
    setPreferences({ layouts: [...others, saved], layout: saved.name, order });
    setNaming(false);
  };
  return (
    <>
      <select aria-label={t('wall.layouts')} value={layout ?? ''} onChange={(event) => choose(event.target.value)}>
        <option value="">{t('wall.standard')}</option>
        {layouts.map((one) => (
          <option key={one.name} value={one.name}>
            {one.name}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button icon-only"
        aria-label={t('wall.saveLayout')}
        title={t('wall.saveLayout')}
        onClick={() => {
          setName(layout ?? '');
          setNaming(true);
        }}
      >
        <Icon name="plus" size={17} />
      </button>
      {naming && (
        <Dialog title={t('wall.saveLayout')} onClose={() => setNaming(false)}>
          <form className="form" onSubmit={save}>
            <label className="field">
              <span>{t('wall.layoutName')}</span>
              <input required maxLength={40} value={name} onChange={(event) => setName(event.target.value)} />
            </label>
            <footer>
              {layout !== null && (
                <button
                  type="button"
                  className="button quiet"
                  onClick={() => {
                    setPreferences({ layouts: layouts.filter((one) => one.name !== layout), layout: null, order: [] });
                    setNaming(false);
                  }}
                >
                  {t('wall.deleteLayout', { name: layout })}
                </button>
              )}
              <button type="submit" className="button primary">
                {t('users.save')}
              </button>
            </footer>
          </form>
        </Dialog>
      )}
    </>
  );
}
