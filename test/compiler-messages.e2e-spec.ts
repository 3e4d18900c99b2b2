import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');

/** A slip of the pen in a provider's options, and what the compiler must make of it. */
interface Slip {
  /** What stands in the options of a provider beside what is right. */
  readonly options: string;
  /** What the complaint is at. */
  readonly at: RegExp;
  /** What the complaint says, on its first line or its last. */
  readonly says: RegExp;
}

const right = { tokenUrl: "'https://id.example.com/token'", clientId: "'desk'", clientSecret: "'secret'" };

/** Options that are right, but for these. */
function optionsWith(changes: Partial<Record<keyof typeof right, string | undefined>>, more = ''): string {
  const entries = Object.entries({ ...right, ...changes }).filter(([, value]) => value !== undefined);
  return `{ ${[...entries.map(([name, value]) => `${name}: ${value}`), ...(more === '' ? [] : [more])].join(', ')} }`;
}

const slips: [string, Slip][] = [
  [
    'an id that may be missing from the environment',
    {
      options: optionsWith({ clientId: "process.env['ID']" }),
      at: /^clientId$/,
      says: /'(string \| )?undefined'.* is not assignable to type 'string'/,
    },
  ],
  [
    'clientID in place of clientId',
    {
      options: optionsWith({ clientId: undefined }, "clientID: 'desk'"),
      at: /^clientID$/,
      says: /'clientID' does not exist.*|Did you mean to write 'clientId'/,
    },
  ],
  [
    'no id at all',
    {
      options: optionsWith({ clientId: undefined }),
      at: /^(desk$|\{ tokenUrl)/,
      says: /Property 'clientId' is missing/,
    },
  ],
  [
    'client_secret in place of clientSecret',
    {
      options: optionsWith({ clientSecret: undefined }, "client_secret: 'secret'"),
      at: /^client_secret$/,
      says: /'client_secret'.* does not exist/,
    },
  ],
  [
    'tokenURL in place of tokenUrl',
    {
      options: optionsWith({ tokenUrl: undefined }, "tokenURL: 'https://id.example.com/token'"),
      at: /^tokenURL$/,
      says: /'tokenURL' does not exist.*|Did you mean to write 'tokenUrl'/,
    },
  ],
  [
    'scopes in place of scope',
    {
      options: optionsWith({}, "scopes: ['read']"),
      at: /^scopes$/,
      says: /'scopes' does not exist.*|Did you mean to write 'scope'/,
    },
  ],
  [
    'a method of authentication that there is not',
    {
      options: optionsWith({}, "clientAuthentication: 'basic'"),
      at: /^clientAuthentication$/,
      says: /'"basic"' is not assignable to type/,
    },
  ],
  [
    'api.baseUrl in place of api.baseURL',
    {
      options: optionsWith({}, "api: { baseUrl: 'https://api.example.com' }"),
      at: /^baseUrl$/,
      says: /'baseUrl' does not exist.*|Did you mean to write 'baseURL'/,
    },
  ],
  [
    'a number of seconds as a text',
    {
      options: optionsWith({}, "lifetime: { refreshAheadSeconds: '30' }"),
      at: /^refreshAheadSeconds$/,
      says: /'string' is not assignable to type 'number'/,
    },
  ],
  [
    'lifetime.refreshAhead in place of lifetime.refreshAheadSeconds',
    {
      options: optionsWith({}, 'lifetime: { refreshAhead: 30 }'),
      at: /^refreshAhead$/,
      says: /'refreshAhead' does not exist/,
    },
  ],
];

/** Where options are written: for a manager, for a module, and for a single provider. */
const places: [string, (options: string) => string][] = [
  [
    'new TokenManager()',
    (options) =>
      `import { TokenManager } from 'nestjs-client-credentials/core';\nnew TokenManager({ providers: { desk: ${options} } });\n`,
  ],
  [
    'ClientCredentialsModule.forRoot()',
    (options) =>
      `import { ClientCredentialsModule } from 'nestjs-client-credentials';\nClientCredentialsModule.forRoot({ providers: { desk: ${options} } });\n`,
  ],
  [
    'tokens.add()',
    (options) =>
      `import { TokenManager } from 'nestjs-client-credentials/core';\ndeclare const tokens: TokenManager;\ntokens.add('desk', ${options});\n`,
  ],
];

interface Complaint {
  /** The word that the complaint is at. */
  readonly at: string;
  readonly message: string;
}

let complaints: Map<string, Complaint[]>;

/** Compiles texts as a user's compiler would, in memory. */
function compile(sources: ReadonlyMap<string, string>): Map<string, Complaint[]> {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    experimentalDecorators: true,
    paths: {
      'nestjs-client-credentials': [join(ROOT, 'libs/client-credentials/src/index.ts')],
      'nestjs-client-credentials/*': [join(ROOT, 'libs/client-credentials/src/*/index.ts')],
    },
  };
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => sources.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? ts.sys.readFile(path);
  const program = ts.createProgram([...sources.keys()], options, host);
  return new Map(
    [...sources.keys()].map((path) => {
      const file = program.getSourceFile(path);
      return [path, program.getSemanticDiagnostics(file).map((diagnostic) => complaintOf(diagnostic))];
    }),
  );
}

function complaintOf({ file, start = 0, length = 0, messageText }: ts.Diagnostic): Complaint {
  return {
    at: file?.text.slice(start, start + length) ?? '',
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  };
}

const pathOf = (place: string, slip: string): string =>
  join(ROOT, 'test', `${place} ${slip}`.replaceAll(/[^a-z]+/gi, '-') + '.virtual.ts');

beforeAll(() => {
  const sources = new Map<string, string>();
  for (const [place, sourceWith] of places) {
    sources.set(pathOf(place, 'right'), sourceWith(optionsWith({})));
    sources.set(
      pathOf(place, 'tenants'),
      sourceWith("{ tokenUrl: 'https://id.example.com/token', tenants: () => undefined }"),
    );
    for (const [name, { options }] of slips) sources.set(pathOf(place, name), sourceWith(options));
  }
  complaints = compile(sources);
}, 120_000);

describe.each(places)('the compiler, at %s', (place) => {
  it.each(slips)('points to what is wrong, and does not ask for tenants: %s', (name, { at, says }) => {
    const found = complaints.get(pathOf(place, name)) ?? [];

    expect(found).toHaveLength(1);
    const [complaint = { at: '', message: '' }] = found;
    expect(complaint.at).toMatch(at);
    expect(complaint.message).toMatch(says);
    expect(complaint.message).not.toMatch(/'tenants' is missing|in type 'TenantProviderConfig'|overload/i);
  });

  it('takes options that are right, with and without tenants', () => {
    const found = ['right', 'tenants'].map((name) => complaints.get(pathOf(place, name)));

    expect(found).toEqual([[], []]);
  });
});
