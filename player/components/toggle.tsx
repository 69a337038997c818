import { Icon, type IconName } from './icons.tsx';

/** A button that is on or off; where there is no room its name stands in the tip alone. */
export function Toggle(props: {
  readonly pressed: boolean;
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="button toggle"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={17} />
      <span>{props.label}</span>
    </button>
  );
}
