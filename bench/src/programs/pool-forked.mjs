import { work } from './pool-work.mjs';

process.on('message', async (task) => process.send(await work(task)));
process.on('disconnect', () => process.exit(0));
process.send('ready');
