import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { shellWord, variable, variableName } from './shell.js';

const SECRET = variable('CLIENT_SECRET');
const VALUE = `a "secret" with $HOME, \`ls\`, 'quotes' and \\`;

describe('a word of the shell', () => {
  it.each([
    ['https://id.example.com/token', 'https://id.example.com/token'],
    ['', "''"],
    ["it's", `'it'\\''s'`],
    [SECRET, '"$CLIENT_SECRET"'],
    [`desk:${SECRET}`, '"desk:$CLIENT_SECRET"'],
    [`a$b:${SECRET}`, `'a$b:'"$CLIENT_SECRET"`],
    [`{"s":"${SECRET}"}`, `'{"s":"'"$CLIENT_SECRET"'"}'`],
    [`${SECRET}s`, `"$CLIENT_SECRET"'s'`],
  ])('of %s is %s, and the shell reads it back', (text, word) => {
    expect(shellWord(text)).toBe(word);

    const env = { CLIENT_SECRET: VALUE };
    const read = execFileSync('/bin/sh', ['-c', `printf %s ${word}`], { env, encoding: 'utf8' });

    expect(read).toBe(text.replace(SECRET, VALUE));
  });

  it('has variables named after options', () => {
    expect(variableName('HEADER', 'x-api-key')).toBe('HEADER_X_API_KEY');
  });
});
