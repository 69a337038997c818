/** The part of JSON Schema that the rules' schemas use (TypeBox makes them). */
export type Schema = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema | readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
};

/** How a key of a rule is asked for. */
export type Field =
  | { readonly input: 'choice'; readonly options: readonly string[] }
  | { readonly input: 'shape'; readonly of: 'zones' | 'lines' | 'signals' }
  | { readonly input: 'number'; readonly whole: boolean }
  | { readonly input: 'classes' | 'words' | 'heading' | 'hours' | 'calibration' | 'text' | 'json' };

const SHAPES: Readonly<Record<string, 'zones' | 'lines' | 'signals'>> = {
  zone: 'zones',
  lane: 'zones',
  line: 'lines',
  signal: 'signals',
};

export function toField(key: string, schema: Schema): Field {
  const constants = schema.anyOf?.map((branch) => branch.const);
  if (constants?.every((one) => typeof one === 'string')) return { input: 'choice', options: constants };
  const of = SHAPES[key];
  if (of && schema.type === 'string') return { input: 'shape', of };
  if (key === 'heading') return { input: 'heading' };
  if (key === 'hours') return { input: 'hours' };
  if (key === 'calibration') return { input: 'calibration' };
  if (schema.type === 'integer' || schema.type === 'number')
    return { input: 'number', whole: schema.type === 'integer' };
  if (schema.type === 'array') {
    const items = Array.isArray(schema.items) ? undefined : (schema.items as Schema | undefined);
    if (items?.anyOf) return { input: 'words' };
    return items?.type === 'string' ? { input: 'classes' } : { input: 'json' };
  }
  return schema.type === 'string' ? { input: 'text' } : { input: 'json' };
}

/** The schema of one kind of rule. */
export const schemaOf = (union: Schema, kind: string): Schema | null =>
  union.anyOf?.find((branch) => branch.properties?.['kind']?.const === kind) ?? null;

export const kindsOf = (union: Schema): string[] =>
  (union.anyOf ?? []).map((branch) => String(branch.properties?.['kind']?.const));

/** Choices of a list whose entries are one of several words. */
export const wordsOf = (schema: Schema): string[] => {
  const items = Array.isArray(schema.items) ? undefined : (schema.items as Schema | undefined);
  return (items?.anyOf ?? []).map((branch) => String(branch.const));
};
