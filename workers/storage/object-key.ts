/**
 * Keys are `/`-separated names of letters, digits, `.`, `_` and `-`. No part starts with a dot, so that none can leave
 * the store's folder or meet its temporary files. A wrong key is a programming mistake: what comes from outside is
 * checked before it becomes part of one.
 * @throws TypeError
 */
export const checkKey = (key: string): string => {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(key))
    throw new TypeError(`"${key}" is not an object key`);
  return key;
};
