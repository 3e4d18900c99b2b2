import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as presets from 'nestjs-client-credentials/providers';
import { Doctor } from './support/doctor.js';

const FOLDER = 'docs/providers';
const SECTIONS = [
  'Get credentials',
  'Configure',
  'What is sent',
  'Limits and traps',
  'What its errors mean',
  'Try it',
  'Source',
];
const COMMAND = /## Try it\n\n```sh\n(?<command>[^`]+)```/;
const WORD = /'(?<quoted>[^']*)'|(?<plain>[^\s'\\]+)/g;
/** Sends a request, which `--curl` does not. */
const CALL = /--call ('[^']*'|\S+)/;

const names = Object.keys(presets);

function pageOf(preset: string): string {
  return `${preset.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
}

function read(preset: string): Promise<string> {
  return readFile(`${FOLDER}/${pageOf(preset)}`, 'utf8');
}

/** The words of the command of a page, without variables and `npx`. */
function argumentsIn(page: string): string[] {
  const command = COMMAND.exec(page)?.groups?.['command'] ?? '';
  const words = [...command.replace(CALL, '').matchAll(WORD)].map(
    ({ groups }) => groups?.['quoted'] ?? groups?.['plain'] ?? '',
  );
  return words.slice(words.indexOf('doctor'));
}

describe('the pages of the providers', () => {
  it('are one for each preset', async () => {
    const pages = await readdir(FOLDER);

    expect(new Set(pages)).toEqual(new Set([...names.map(pageOf), 'README.md']));
  });

  it.each(names)('have the same sections: %s', async (name) => {
    const page = await read(name);

    expect([...page.matchAll(/^## (?<title>.+)$/gm)].map(({ groups }) => groups?.['title'])).toEqual(
      SECTIONS,
    );
    expect(page).toContain(`import { ${name} } from 'nestjs-client-credentials/providers';`);
    expect(page).toMatch(/^- Looked up on \d+ \w+ \d{4}: /m);
  });
});

describe('the command of a page', () => {
  let doctor: Doctor;

  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const account = { client_email: 'robot@acme.example', private_key: key };
    doctor = await Doctor.start();
    for (const name of ['okta', 'docusign', 'netsuite']) await doctor.write(`${name}.pem`, key);
    await doctor.write('google.json', JSON.stringify(account));
  });

  afterAll(() => doctor[Symbol.asyncDispose]());

  it.each(names)('is understood by the doctor: %s', async (name) => {
    const args = argumentsIn(await read(name));

    const outcome = await doctor.run([...args, '--curl'], { env: { CLIENT_SECRET: 's3cret' } });

    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(args.slice(0, 3)).toEqual(['doctor', '--preset', name]);
    expect(outcome.stdout).toMatch(/^curl (?:\S+ )*https:\/\//m);
  });
});
