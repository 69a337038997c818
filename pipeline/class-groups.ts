/**
 * Classes that detectors take for one another: a van is a car or a truck, a motorbike far away a bicycle. Boxes and
 * tracks of one group may be the same thing, those of different groups never are.
 */
const GROUPS: Readonly<Record<string, string>> = {
  car: 'four-wheeler',
  bus: 'four-wheeler',
  truck: 'four-wheeler',
  motorcycle: 'two-wheeler',
  bicycle: 'two-wheeler',
};

/** The group of a class; a class of its own where it has none. */
export const groupOf = (className: string): string => GROUPS[className] ?? className;
