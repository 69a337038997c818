import { Command } from 'commander';
import type { runProcess } from './process.ts';
import { SOFTWARE_VERSION } from '../../workers/provenance.ts';

const DEFAULT_CONFIG = 'config.yml';
const DEFAULT_DATA = 'data';

/** The command line. Each command's module is loaded only when it is called, so that `--help` is instant. */
export const buildProgram = (): Command => {
  const program = new Command('watchpost')
    .description('Video analytics for cities: cameras in, reviewed and sealed cases out')
    .version(SOFTWARE_VERSION)
    .option('--debug', 'print stack traces')
    .exitOverride();
  const exitWith = (code: number): void => {
    process.exitCode = code;
  };

  program
    .command('up')
    .description('run the whole system on this machine')
    .option('--config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .option('--analyzers <number>', 'analysing processes that share the cameras', Number, 1)
    .option('--once', 'process sources to their end, print the cases and their verification, and stop', false)
    .option('--json', 'with --once: print JSON', false)
    .action(async (options: { config: string; data: string; once: boolean; json: boolean; analyzers: number }) =>
      exitWith(await (await import('./up.ts')).up(options)),
    );

  program
    .command('process <name>', { hidden: true })
    .description('run one process: record, analyze, evidence, passages or api')
    .option('--config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .option('--redis <url>', 'Redis URL or socket path', process.env['REDIS_URL'] ?? '')
    .option('--worker <name>', 'name among processes of its kind')
    .option('--capacity <number>', 'analyze: cameras it takes at most', Number)
    .action(async (name: string, options: Parameters<typeof runProcess>[1]) =>
      exitWith(await (await import('./process.ts')).runProcess(name, options)),
    );

  program
    .command('replay <video>')
    .description('analyse a recorded video exactly: events, tracks, detections and sealed cases')
    .option('--rules-only', 'take the tracks.ndjson of a replay instead of a video and run only the rules', false)
    .requiredOption('--config <file>', 'configuration')
    .option('--camera <id>', 'camera whose rules apply (default: the only one, or the one that names this file)')
    .option('--out <folder>', 'where results are written', 'replay')
    .option('--start-at <iso>', 'wall-clock time of the first frame', '1970-01-01T00:00:00Z')
    .option('--no-cases', 'events only, no clips and stills')
    .option('--json', 'print a JSON summary', false)
    .action(
      async (
        video: string,
        options: {
          config: string;
          camera?: string;
          out: string;
          startAt: string;
          cases: boolean;
          json: boolean;
          rulesOnly: boolean;
        },
      ) => {
        const { replay, replayTracks } = await import('./replay.ts');
        exitWith(options.rulesOnly ? replayTracks(video, options) : await replay(video, options));
      },
    );

  program
    .command('detect <model> <paths...>')
    .description('run a detector on images or folders: COCO results JSON')
    .requiredOption('--out <file>', 'results file')
    .option('--min-score <number>', 'lowest score written', Number, 0.05)
    .option('--tiles <RxC>', 'look at the picture in tiles, e.g. 2x3')
    .option('--json', 'print a JSON summary', false)
    .action(
      async (
        model: string,
        paths: string[],
        options: { out: string; minScore: number; tiles?: string; json: boolean },
      ) => exitWith(await (await import('./detect.ts')).detect(model, paths, options)),
    );

  program
    .command('plates <paths...>')
    .description('read licence plates in images or folders: CSV, one row per plate')
    .requiredOption('--out <file>', 'results file')
    .option('--crops', 'each image is one plate already', false)
    .option('--reader <id>', 'what reads the characters: plate-text or pp-ocr-v4', 'plate-text')
    .option('--json', 'print a JSON summary', false)
    .action(async (paths: string[], options: { out: string; crops: boolean; reader: string; json: boolean }) =>
      exitWith(await (await import('./plates.ts')).plates(paths, options)),
    );

  program
    .command('track <detections>')
    .description('MOT Challenge detections in, MOT Challenge tracks out')
    .requiredOption('--out <file>', 'tracks file')
    .option('--fps <number>', 'frames per second of the sequence', Number, 30)
    .action(async (file: string, options: { out: string; fps: number }) =>
      exitWith((await import('./track.ts')).track(file, options)),
    );

  program
    .command('eval <what> <truth> <result>')
    .description('metrics as JSON: mot, detect, plates, events, smoke')
    .option('--out <file>', 'write to a file instead of standard output')
    .action(async (what: string, truth: string, result: string, options: { out?: string }) =>
      exitWith((await import('./evaluate.ts')).evaluate(what, truth, result, options)),
    );

  program
    .command('events')
    .description('work with stored events')
    .command('diff <before> <after>')
    .description('what changed between the events.ndjson of two rule sets: exit 0 nothing, 1 something')
    .option('--json', 'print JSON', false)
    .action(async (before: string, after: string, options: { json: boolean }) =>
      exitWith((await import('./events.ts')).diffEventFiles(before, after, options)),
    );

  program
    .command('verify <cases...>')
    .description(
      'check sealed cases (folder, exported ZIP or its URL): exit 0 intact, 1 broken (names the file), 2 unreadable',
    )
    .option('--authority <pem...>', 'trusted certificates of time stamp authorities')
    .option('--json', 'print JSON', false)
    .action(async (cases: string[], options: { json: boolean; authority?: string[] }) =>
      exitWith(await (await import('./verify.ts')).verify(cases, options)),
    );

  program
    .command('minutes <folder> [cases...]')
    .description(
      'check the sealed minutes of a camera (minutes/<camera> in the data folder), and that cases were cut from what was recorded',
    )
    .option('--json', 'print JSON', false)
    .action(async (folder: string, cases: string[], options: { json: boolean }) =>
      exitWith(await (await import('./minutes.ts')).verifyRecording(folder, cases, options)),
    );

  program
    .command('reconcile')
    .description('hold the cases of the database against the evidence store, both ways: exit 0 equal, 1 not (named)')
    .option('--config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .option('--json', 'print JSON', false)
    .action(async (options: { config: string; data: string; json: boolean }) =>
      exitWith(await (await import('./reconcile.ts')).reconcile(options)),
    );

  program
    .command('backup')
    .description('copy cases, accounts, audit, keys and sealed evidence into a folder; the system may run')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .requiredOption('--out <folder>', 'where the back-up goes; a later one into the same folder copies what is new')
    .action(async (options: { data: string; out: string }) =>
      exitWith(await (await import('./backup.ts')).backup(options)),
    );

  program
    .command('restore')
    .description('make a new data folder of a back-up and check it: exit 0 intact, 1 something is broken (named)')
    .requiredOption('--from <folder>', 'the back-up')
    .option('--data <folder>', 'new data folder', DEFAULT_DATA)
    .action(async (options: { from: string; data: string }) =>
      exitWith(await (await import('./backup.ts')).restore(options)),
    );

  const keys = program.command('keys').description('the keys that cases are sealed with: list, rotate');
  keys
    .command('list')
    .description('ids and public keys, old ones included')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .action(async (options: { data: string }) => exitWith(await (await import('./keys.ts')).listKeys(options)));
  keys
    .command('rotate')
    .description('seal new cases with a new key; what the old one sealed stays trusted; the system may run')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .action(async (options: { data: string }) => exitWith(await (await import('./keys.ts')).rotateKeys(options)));

  const config = program.command('config').description('check a configuration, print its schema');
  config
    .command('check <file>')
    .description('exit 0 when the file is right, else say file, line and key')
    .action(async (file: string) => exitWith((await import('./config.ts')).checkConfig(file)));
  config
    .command('schema')
    .description('print the JSON Schema')
    .action(async () => exitWith((await import('./config.ts')).printSchema()));

  const models = program.command('models').description('the models: list, check, pull');
  models
    .command('list')
    .option('--json', 'print JSON', false)
    .action(async (options: { json: boolean }) => exitWith(await (await import('./models.ts')).listModels(options)));
  models
    .command('check [ids...]')
    .description('run each model on a golden image and compare')
    .option('--json', 'print JSON', false)
    .action(async (ids: string[], options: { json: boolean }) =>
      exitWith(await (await import('./models.ts')).checkModels(ids, options)),
    );
  models
    .command('pull [ids...]')
    .description('download models from their origin, checked by SHA-256')
    .action(async (ids: string[]) => exitWith(await (await import('./models.ts')).pullModels(ids)));

  program
    .command('doctor')
    .description('what is missing on this machine, and the command that mends it')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .option('--json', 'print JSON', false)
    .action(async (options: { data: string; json: boolean }) =>
      exitWith(await (await import('./doctor.ts')).doctor(options)),
    );
  return program;
};
