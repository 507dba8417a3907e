import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { work } from './pool-work.mjs';

const { default: workerpool } = await import(pathToFileURL(createRequire(process.env['SUBWIRE_BENCH_PEERS']).resolve('workerpool')).href);
workerpool.worker({ work });
