import { Icon } from '../../components/icons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import type { useDraft } from './draft.ts';
import type { Tool } from './picture-editor.tsx';
import { freeName, keyOf, type NamedShape, shapesOf, withName, withoutShape } from './shapes.ts';

const LAMPS = ['red', 'yellow', 'green'] as const;

/** What is drawn on the camera's picture: begun here, named, chosen and removed. */
export function ShapeList(props: {
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
