/** What a token may be used for; the routes of each are in api/access.ts. Without TypeBox, for the pages. */
export const TOKEN_SCOPES = [
  'cameras:read',
  'cases:read',
  'cases:decide',
  'cases:export',
  'passages:read',
  'statistics:read',
  'audit:read',
  'metrics:read',
  'stills:write',
  'wind:write',
  'danger:write',
  'signals:write',
] as const;
