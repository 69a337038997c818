import { useCallback, useEffect, useState } from 'react';

export type Pair = readonly [x: number, y: number];
export type Lamp = {
  readonly colour: 'red' | 'yellow' | 'green';
  readonly box: readonly [number, number, number, number];
};
export type Rule = { readonly id: string; readonly kind: string } & Readonly<Record<string, unknown>>;

/** A camera as it stands in the configuration file: what is absent has its default. Keys unknown here stay untouched. */
export type DraftCamera = {
  readonly id: string;
  readonly name?: string;
  readonly place?: string;
  readonly group?: string;
  readonly enabled?: boolean;
  readonly source: { readonly url: string; readonly transport?: string } & Readonly<Record<string, unknown>>;
  readonly analysis?: { readonly detector?: string; readonly fps?: number } & Readonly<Record<string, unknown>>;
  readonly zones?: Readonly<Record<string, readonly Pair[]>>;
  readonly lines?: Readonly<Record<string, readonly Pair[]>>;
  readonly signals?: Readonly<Record<string, readonly Lamp[]>>;
  readonly rules?: readonly Rule[];
};

export type Draft = {
  readonly camera: DraftCamera;
  readonly isChanged: boolean;
  /** @param step changes of one step are undone together, e.g. one pull of the mouse; default: each is its own */
  readonly change: (change: Partial<DraftCamera>, step?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What is here now is what was saved. */
  readonly saved: () => void;
};

type State = {
  readonly past: readonly DraftCamera[];
  readonly present: DraftCamera;
  readonly future: readonly DraftCamera[];
  readonly step: string | undefined;
};

/** More than anybody remembers. */
const MOST_STEPS = 200;

/** A camera under change, with undo and redo (Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y outside of text fields). */
export function useDraft(initial: DraftCamera): Draft {
  const [saved, setSaved] = useState(initial);
  const [state, setState] = useState<State>({ past: [], present: initial, future: [], step: undefined });

  const change = useCallback((part: Partial<DraftCamera>, step?: string) => {
    setState(({ past, present, step: last }) => ({
      past: step !== undefined && step === last ? past : [...past, present].slice(-MOST_STEPS),
      present: { ...present, ...part },
      future: [],
      step,
    }));
  }, []);
  const undo = useCallback(() => {
    setState((old) => {
      const present = old.past.at(-1);
      if (!present) return old;
      return { past: old.past.slice(0, -1), present, future: [old.present, ...old.future], step: undefined };
    });
  }, []);
  const redo = useCallback(() => {
    setState((old) => {
      const [present, ...future] = old.future;
      return present ? { past: [...old.past, old.present], present, future, step: undefined } : old;
    });
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      // A text field has an undo of its own.
      if (target instanceof HTMLInputElement && target.type !== 'checkbox') return;
      if (!(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [undo, redo]);

  return {
    camera: state.present,
    isChanged: state.present !== saved,
    change,
    undo,
    redo,
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    saved: () => setSaved(state.present),
  };
}
