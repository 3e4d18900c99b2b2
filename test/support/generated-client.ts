import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { transform } from '@swc/core';
import { generateApi } from 'swagger-typescript-api';

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache');

/** An API with one thing to read, and one to write. */
const DESCRIPTION = {
  openapi: '3.1.0' as const,
  info: { title: 'invoices', version: '1' },
  servers: [{ url: 'https://api.example.com' }],
  paths: {
    '/invoices/{id}': {
      get: { operationId: 'readInvoice', parameters: [id()], responses: answer() },
      post: {
        operationId: 'writeInvoice',
        parameters: [id()],
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object' as const, properties: { total: { type: 'number' as const } } },
            },
          },
        },
        responses: answer(),
      },
    },
  },
};

/** The modules of a generated client, as JavaScript. */
export interface GeneratedClient extends AsyncDisposable {
  /** Loads one of its files. */
  load<Module>(file: string): Promise<Module>;
}

/** Generates a client for axios or fetch with `@hey-api/openapi-ts`. */
export function generateWithHeyApi(kind: 'axios' | 'fetch'): Promise<GeneratedClient> {
  return compiled(`hey-api-${kind}`, async (path) => {
    await createClient({
      input: DESCRIPTION as never,
      output: { path },
      plugins: [`@hey-api/client-${kind}`, '@hey-api/typescript', '@hey-api/sdk'],
      logs: { level: 'silent' },
    });
  });
}

/** Generates a client for axios or fetch with `swagger-typescript-api`. */
export function generateWithSwaggerTypescriptApi(kind: 'axios' | 'fetch'): Promise<GeneratedClient> {
  return compiled(`swagger-typescript-api-${kind}`, async (output) => {
    await generateApi({
      spec: DESCRIPTION,
      output,
      fileName: 'client.ts',
      httpClientType: kind,
      silent: true,
    });
  });
}

async function compiled(
  name: string,
  generate: (directory: string) => Promise<void>,
): Promise<GeneratedClient> {
  const directory = join(CACHE, `client-credentials-${name}-${process.pid}`);
  await rm(directory, { recursive: true, force: true });
  await generate(directory);
  const files = await readdir(directory, { recursive: true });
  await Promise.all(
    files.filter((file) => file.endsWith('.ts')).map((file) => compile(join(directory, file))),
  );
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await symlink(join(CACHE, '..'), join(directory, 'node_modules'), 'junction');
  return {
    load: <Module>(file: string) => import(join(directory, file)) as Promise<Module>,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function compile(file: string): Promise<void> {
  const { code } = await transform(await readFile(file, 'utf8'), {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  await writeFile(file.replace(/\.ts$/, '.js'), code);
  // jest would find the TypeScript first.
  await rm(file);
}

function id(): object {
  return { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
}

function answer(): object {
  const schema = { type: 'object', properties: { path: { type: 'string' }, body: { type: 'string' } } };
  return { 200: { description: 'done', content: { 'application/json': { schema } } } };
}
