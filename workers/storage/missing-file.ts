/** Whether a file or folder is not there: the one fault of a file system that says something about its contents. */
export const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/**
 * For `.catch(whenMissing(…))`: the value where a file or folder is not there. Every other fault is thrown on, because a
 * disk that cannot be read, or a process that is out of file handles, must not pass for "there is nothing".
 */
export const whenMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return value;
    throw error;
  };
