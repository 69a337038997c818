import { verifyFolder } from '../../workers/verify-folder.ts';

const EXIT = { intact: 0, broken: 1, unreadable: 2 } as const;

/** @returns the worst result: 0 all intact, 1 one is broken, 2 one is unreadable and none broken */
export const verify = async (folders: readonly string[], options: { readonly json: boolean }): Promise<number> => {
  const results = [];
  for (const folder of folders) {
    const { status, problems, checkedFiles, caseId, keyId, manifestSha256 } = await verifyFolder(folder);
    results.push({ folder, status, problems, checkedFiles, caseId, keyId, manifestSha256 });
    if (options.json) continue;
    console.log(
      `${status.toUpperCase().padEnd(10)} ${folder}  (${checkedFiles} files${keyId ? `, key ${keyId}` : ''})`,
    );
    for (const { file, problem } of problems) console.log(`    ${file}: ${problem}`);
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
  const codes = results.map(({ status }) => EXIT[status]);
  return codes.includes(1) ? 1 : Math.max(0, ...codes);
};
