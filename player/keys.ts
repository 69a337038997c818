/** Whether a key belongs to whoever has the focus (a field, a menu, an open window) and not to the page. */
export const isTakenKey = (event: KeyboardEvent): boolean => {
  const { target } = event;
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('select, textarea, input:not([type=range])')) return true;
  // Space presses a focused button or link; that is what its owner expects.
  return event.key === ' ' && target.matches('button, a, summary');
};
