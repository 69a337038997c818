import { type ReactNode, useEffect, useId, useRef } from 'react';

/** A modal window: takes the focus, closes with Escape, gives the focus back. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** Escape would lose what is shown only once; the window then closes by its own button alone. */
  readonly keepOpen?: boolean;
  readonly children: ReactNode;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={props.wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onClose={props.onClose}
      onCancel={(event) => {
        if (props.keepOpen) event.preventDefault();
      }}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
