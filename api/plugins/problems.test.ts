import { expect, test } from 'vitest';
import { WatchpostError } from '../../pipeline/errors.ts';
import { toProblem } from './problems.ts';

const withCode = (code: string): Error => Object.assign(new Error(`${code}: /srv/watchpost/watchpost.db`), { code });

test.each(['SQLITE_FULL', '53100', 'ENOSPC', 'EDQUOT'])(
  'a full disk, which its layer calls %s, is 507 and says what to do, and no path',
  (code) => {
    const problem = toProblem(withCode(code));
    expect(problem).toMatchObject({ type: 'urn:watchpost:error:DISK_FULL', status: 507, code: 'DISK_FULL' });
    expect(problem.detail).toMatch(/nothing was changed.*Free space/);
    expect(JSON.stringify(problem)).not.toContain('/srv');
  },
);

test('an expected failure keeps its sentence without passwords, an unexpected one tells nothing of itself', () => {
  const known = toProblem(new WatchpostError('STORE_UNAVAILABLE', 'cannot read at http://user:secret@store'));
  expect([known.status, known.detail]).toEqual([503, 'cannot read at http://***@store']);
  const unknown = toProblem(withCode('EACCES'));
  expect([unknown.status, unknown.code, unknown.detail.includes('/srv')]).toEqual([500, 'INTERNAL', false]);
});
