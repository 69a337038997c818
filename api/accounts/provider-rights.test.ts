import { describe, expect, test } from 'vitest';
import { findClaim, type RightsConfig, toPerson, toUsername } from './provider-rights.ts';

const config: RightsConfig = {
  issuer: 'https://id.city.test',
  usernameClaim: 'preferred_username',
  rightsClaim: 'groups',
  roles: [
    { value: '/watchpost/admins', role: 'admin' },
    { value: '/watchpost/officers', role: 'officer' },
  ],
  cameraGroups: [
    { value: '/watchpost/north', group: 'north' },
    { value: '/watchpost/south', group: 'south' },
  ],
};
const claims = { sub: '7', preferred_username: 'lan', name: 'Nguyễn Thị Lan', groups: ['/watchpost/officers'] };

describe('rights of a person from the provider', () => {
  test('the first role of the list that a person has counts, however the provider orders its own', () => {
    expect(toPerson({ ...claims, groups: ['/watchpost/officers', '/watchpost/admins'] }, config).role).toBe('admin');
    expect(toPerson(claims, config)).toEqual({
      subject: 'https://id.city.test 7',
      username: 'lan',
      displayName: 'Nguyễn Thị Lan',
      role: 'officer',
      groups: [],
    });
  });

  test('nobody is let in by a group that only begins like one of the list', () => {
    for (const groups of [undefined, [], '/watchpost', ['/watchpost/officers/trainees'], { admin: true }, [['x']]])
      expect(() => toPerson({ ...claims, groups }, config)).toThrow(expect.objectContaining({ code: 'AUTH_NO_ROLE' }));
  });

  test('camera groups are all that a person has; without such a list every camera is open', () => {
    const groups = ['/watchpost/officers', '/watchpost/south', '/watchpost/north'];
    expect(toPerson({ ...claims, groups }, config).groups).toEqual(['north', 'south']);
    expect(toPerson(claims, { ...config, cameraGroups: [] }).groups).toBeNull();
  });

  test('a claim may lie inside of another, or have a dot in its name', () => {
    expect(findClaim({ realm_access: { roles: ['a'] } }, 'realm_access.roles')).toEqual(['a']);
    expect(findClaim({ 'https://city.test/roles': ['b'] }, 'https://city.test/roles')).toEqual(['b']);
    expect(findClaim({ realm_access: 'x' }, 'realm_access.roles.deep')).toBeUndefined();
  });

  test('a name becomes a user name that may stand in an address, or none', () => {
    expect(toUsername('Trần.Đức@city.vn')).toBe('tran.duc-city.vn');
    expect(toUsername('../../etc')).toBe('etc');
    for (const name of ['', '@', 'x', '李', 7, null]) expect(toUsername(name)).toBeNull();
    expect(() => toPerson({ ...claims, preferred_username: '李' }, config)).toThrow(
      expect.objectContaining({ code: 'AUTH_PROVIDER_REFUSED' }),
    );
  });
});
