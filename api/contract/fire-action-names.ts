/** What is done about a fire after it was confirmed, in this order. Without TypeBox, for the pages. */
export const FIRE_ACTIONS = ['dispatched', 'closed'] as const;
