#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/cli/main.js', import.meta.url);
const setup = new URL('../scripts/setup.mjs', import.meta.url);
// In a clone the build is made when it is missing or stale; an installed package has it.
if (existsSync(setup)) await (await import(setup)).setUp();
await import(main);
