/** Writes a bar on a terminal's standard error, nothing where nobody watches. */
export const progressBar = (what: string): ((done: number, total: number) => void) => {
  if (!process.stderr.isTTY) return () => undefined;
  const width = 30;
  return (done, total) => {
    const full = Math.round((width * done) / Math.max(1, total));
    process.stderr.write(`\r${what} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done}/${total} `);
    if (done >= total) process.stderr.write('\n');
  };
};
