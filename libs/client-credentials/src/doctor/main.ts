#!/usr/bin/env node
import { run } from './run.js';

const { stdout, stderr } = process;
const write = stdout.write.bind(stdout);
// What a configuration prints while it is loaded must not get into the report.
Reflect.set(stdout, 'write', stderr.write.bind(stderr));

const code = await run(process.argv.slice(2), {
  out: (text) => void write(text),
  err: (text) => void stderr.write(text),
  hasColours: stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
});
// A configuration may hold connections open, which would keep the process alive.
write('', () => process.exit(code));
