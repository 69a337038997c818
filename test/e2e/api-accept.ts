import { CaseRepository } from '../../api/repositories/cases.ts';
import type { ApiContext } from '../../api/context.ts';
import { dataPaths } from '../../api/paths.ts';
import { openDatabase } from '../../api/database/open-database.ts';
import { acceptCase } from '../../api/review-consumer.ts';
import type { ReviewJob } from '../../pipeline/review.ts';
import { StageHistograms } from '../../pipeline/stage-histograms.ts';
import type { Site } from './api-harness.ts';

/** Does what the review consumer does with a job, on a second connection to the site's database. */
export const acceptForTest = async (site: Site, job: ReviewJob): Promise<boolean> => {
  const db = await openDatabase(site.database);
  try {
    const context = {
      cameras: new Map(site.config.cameras.map((camera) => [camera.id, camera])),
      cases: new CaseRepository(db, site.clock),
      clock: site.clock,
      config: site.config,
      stages: new StageHistograms(),
      paths: dataPaths(site.dataDir),
      live: { publishCase: () => Promise.resolve() },
      store: site.store,
    };
    return await acceptCase(context as unknown as ApiContext, job);
  } finally {
    await db.destroy();
  }
};
