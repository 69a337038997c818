import { Config } from '../../pipeline/config-schema.ts';
import { loadConfig } from './load-config.ts';

export const checkConfig = (file: string): number => {
  const { config } = loadConfig(file);
  const rules = config.cameras.reduce((sum, camera) => sum + camera.rules.length, 0);
  console.log(`${file} is right: ${config.cameras.length} camera(s), ${rules} rule(s)`);
  return 0;
};

export const printSchema = (): number => {
  console.log(JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...Config }, null, 2));
  return 0;
};
