#!/usr/bin/env node
import { createNodeIo } from './io/node-io.ts';
import { main } from './main.ts';

// Never process.exit(): it drops what a slow reader has not taken from a pipe yet. The loop ends by itself once that is written.
process.exitCode = await main(createNodeIo());
