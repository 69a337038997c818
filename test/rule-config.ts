import { Value } from '@sinclair/typebox/value';
import { RuleConfig } from '../pipeline/rules/rule-config.ts';

/** A rule's configuration with the defaults of its schema, checked against it. */
export const ruleConfig = <Kind extends RuleConfig['kind']>(
  given: { readonly kind: Kind; readonly id?: string } & Readonly<Record<string, unknown>>,
): Extract<RuleConfig, { kind: Kind }> => {
  const branch = RuleConfig.anyOf.find((schema) => schema.properties.kind.const === given.kind)!;
  const config = Value.Default(branch, { id: 'r', ...given });
  Value.Assert(branch, config);
  return config as Extract<RuleConfig, { kind: Kind }>;
};
