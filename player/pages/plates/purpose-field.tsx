import { useI18n } from '../../i18n/i18n.tsx';

/** Nobody looks for people without saying why. */
export function PurposeField(props: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useI18n();
  return (
    <label className="plates-purpose">
      <span>{t('plates.purpose')}</span>
      <input
        type="text"
        required
        minLength={5}
        maxLength={300}
        value={props.value}
        aria-describedby="purpose-hint"
        onChange={(event) => props.onChange(event.target.value)}
      />
      <small id="purpose-hint" className="muted">
        {t('plates.purposeHint')}
      </small>
    </label>
  );
}
