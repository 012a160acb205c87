// Starts the database server of our own in the data folder: by itself, so that it comes up while the rest of the program is still being read.
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './store/embedded/start.ts';

export const ownFolder = ({ dataFolder }: Pick<Config, 'dataFolder'>): string => join(dataFolder, 'postgres');

/** Where no DATABASE_URL is set. */
export const startOwnPostgres = (config: Pick<Config, 'dataFolder'>, log: Log): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ folder: ownFolder(config), log: (line) => log.info({ line }, 'postgres') });
