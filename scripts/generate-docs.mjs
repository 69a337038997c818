// Writes docs/configuration.md and docs/errors.md from the schema and the error table; --check only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { Config } from '../dist/pipeline/config-schema.js';
import { ERROR_CODES } from '../dist/pipeline/errors.js';

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

const typeOf = (schema) => {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array') {
    if (Array.isArray(schema.items)) return `[${schema.items.map(typeOf).join(', ')}]`;
    return `list of ${schema.items ? typeOf(schema.items) : 'values'}`;
  }
  if (schema.patternProperties) return `map of ${typeOf(Object.values(schema.patternProperties)[0])}`;
  return schema.type ?? 'any';
};

const limits = (schema) =>
  [
    schema.minimum !== undefined && `≥ ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `> ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && `≤ ${schema.maximum}`,
    schema.minItems > 1 && `≥ ${schema.minItems} entries`,
  ]
    .filter(Boolean)
    .join(', ');

const isRequired = (parent, key) => (parent.required ?? []).includes(key);

const rows = (schema, prefix, out) => {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const fallback =
      member.default !== undefined && JSON.stringify(member.default) !== '{}'
        ? `\`${JSON.stringify(member.default)}\``
        : member.default === undefined && isRequired(schema, key) && member.const === undefined
          ? '**required**'
          : '';
    const inner = member.properties || (member.type === 'array' && member.items?.properties);
    const branches = member.anyOf?.some((branch) => branch.properties);
    if (!inner || member.description)
      out.push(
        `| \`${prefix}${key}\` | ${cell(branches ? 'one of several' : typeOf(member))}${limits(member) ? ` ${cell(limits(member))}` : ''} | ${cell(fallback)} | ${cell(member.description ?? '')} |`,
      );
    if (member.properties) rows(member, `${prefix}${key}.`, out);
    else if (member.type === 'array' && member.items?.properties) rows(member.items, `${prefix}${key}[].`, out);
    else if (member.patternProperties) {
      const value = Object.values(member.patternProperties)[0];
      if (value.properties) rows(value, `${prefix}${key}.<name>.`, out);
    }
    if (branches)
      for (const branch of member.anyOf.filter(({ properties }) => properties)) rows(branch, `${prefix}${key}.`, out);
  }
  return out;
};

const table = (out) => ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...out].join('\n');
const ruleSchemas = Config.properties.cameras.items.properties.rules.items.anyOf;
const general = rows(
  { properties: Object.fromEntries(Object.entries(Config.properties)), required: Config.required },
  '',
  [],
);
const configuration = `# Configuration reference

Made from the schema (\`pipeline/config-schema.ts\`) by \`npm run docs\`; do not edit. \`watchpost config schema\` prints it
as JSON Schema, \`watchpost config check FILE\` checks a file. Unknown keys are refused. Geometry is in fractions of the
frame, origin top left. \`\${NAME}\` and \`\${NAME:-default}\` are taken from the environment; where \`NAME\` is not set
and \`NAME_FILE\` is, from the file of that path.

${table(general.filter((row) => !row.includes('rules[].')))}

## Rules

Entries of \`cameras[].rules\`; \`kind\` says which rule it is.

${ruleSchemas
  .map(
    (schema) => `### ${schema.properties.kind.const}\n\n${schema.description ?? ''}\n\n${table(rows(schema, '', []))}`,
  )
  .join('\n\n')}
`;

const errors = `# Error codes

Made from \`pipeline/errors.ts\` by \`npm run docs\`; do not edit. Codes are stable: they stand in logs, in failed jobs, in
API problem documents (\`code\`) and in messages of the command line.

| code | trying again can help | meaning |
| --- | --- | --- |
${Object.entries(ERROR_CODES)
  .map(([code, { retry, meaning }]) => `| \`${code}\` | ${retry ? 'yes' : 'no'} | ${cell(meaning)} |`)
  .join('\n')}
`;

let stale = 0;
for (const [file, text] of [
  ['docs/configuration.md', configuration],
  ['docs/errors.md', errors],
]) {
  const url = new URL(`../${file}`, import.meta.url);
  if (process.argv.includes('--check')) {
    let found = '';
    try {
      found = readFileSync(url, 'utf8');
    } catch {
      // A missing file is stale too.
    }
    if (found !== text) {
      console.error(`${file} is out of date; run: npm run build && npm run docs`);
      stale++;
    }
  } else writeFileSync(url, text);
}
process.exit(stale > 0 ? 1 : 0);
