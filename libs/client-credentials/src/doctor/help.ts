import { PRESETS } from './presets.js';

const WIDTH = 118;
const INDENT = ' '.repeat(25);

/** Words in lines, each with the indent of an option's text. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && INDENT.length + longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${INDENT}`);
}

/** The text of `--help`. */
export function helpText(): string {
  const names = Object.keys(PRESETS);
  const presets = wrapped(names.map((name, index) => (index < names.length - 1 ? `${name},` : name)));
  return `Usage: nestjs-client-credentials doctor [options]

Checks the providers of an application step by step, and says what to change. Each endpoint is asked once.

Providers of an application:
  --config FILE          module whose default export, or "options", are the options, or a function that returns them
                         (.js, .mjs, .cjs, .json; .ts where Node reads TypeScript)
  --provider NAME        one provider only
  --tenant ID            the tenant of a provider with tenants

Or one provider:
  --preset NAME          ${presets}
  --token-url URL        token endpoint; wins over the preset's
  --issuer URL           authorization server whose metadata name the token endpoint
  --client-id ID         client identifier; default: the variable CLIENT_ID
  --client-auth METHOD   client_secret_basic, client_secret_post, private_key_jwt, …
  --scope SCOPES         scopes, separated by blanks
  --audience AUDIENCE
  --set OPTION=VALUE     any other option, such as stage=prod or api.baseURL=https://api.example.com
  --secret-stdin         read the client secret from standard input; default: the variable CLIENT_SECRET

What is done:
  --call URL             call the API with the token, once; relative to api.baseURL, or absolute
  --timeout SECONDS      time limit of each step
  --json                 one JSON document instead of lines
  --curl                 print the token request as a curl command, and send nothing
  --help, --version

A file .env in the current folder is read; variables of the environment win.

Exit code: 0 all is well, 1 a provider fails or its options are wrong, 2 wrong use or a missing file.
`;
}
