import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { startOwnRedis } from './backend/own-redis.js';
import { CallCounter } from './backend/call-counter.js';
import { EnvironmentError, readEnvironment } from './config/environment.js';
import { pushDocument } from './demonstration/push-document.js';
import { costTable, stepLine } from './demonstration/report.js';
import { SteadyCalls } from './controls/steady-calls.js';
import { createDesk } from './desk-application.js';
import { DeskLogger } from './desk-logger.js';

// Loopback only: the desk does not authenticate its callers, and real calls cost money.
const HOST = '127.0.0.1';

async function main(isOnce: boolean): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { port, access } = readEnvironment(process.env);

  const isLive = !isOnce && access.providers === undefined;
  const ownRedis = isLive && access.shared === undefined ? await startOwnRedis() : undefined;
  const logger = new DeskLogger();
  const desk = await createDesk({ ...access, ownRedis }, isOnce ? undefined : logger);
  try {
    await desk.listen(isOnce ? 0 : port, HOST);
  } catch (error) {
    await desk.close();
    throw error;
  }
  const url = await desk.getUrl();
  console.log(
    `The document desk listens at ${url}, with ${access.providers === undefined ? 'the sandbox' : 'the real providers'}${access.shared === undefined ? '' : ', and shares its tokens through Redis'}.\n`,
  );

  logger.isTelling = true;

  console.log('One document, processed by all five providers:');
  const isSuccessful = await demonstrate(url);
  const counter = desk.get(CallCounter);
  console.log(`\n${costTable((name) => counter.countsOf(name))}`);

  if (isOnce) {
    await desk.close();
    process.exitCode = isSuccessful ? 0 : 1;
    return;
  }
  // Calls of real providers may cost money.
  if (isLive) desk.get(SteadyCalls).start();
  console.log(`\nOpen ${url}/ in a browser. The desk keeps running; Ctrl+C stops it. Each event of a token is a line below. Try:
  curl --data-binary @package.json '${url}/documents?name=package.json'
  curl ${url}/documents/<id>
  curl -H 'x-tenant-id: globex' ${url}/signeasy/me
  curl ${url}/cameras
  curl ${url}/tokens ${url}/health ${url}/metrics${isLive ? `\n  curl -X POST ${url}/sandbox/cold-start` : ''}\n`);
}

async function demonstrate(url: string): Promise<boolean> {
  try {
    const { state } = await pushDocument(url, (step) => console.log(stepLine(step)));
    return state === 'done';
  } catch (error) {
    console.error(`The document could not be processed: ${messageOf(error)}`);
    return false;
  }
}

/** Message for the console, without a stack. */
function messageOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? String(error.port) : 'of the desk';
    return `Port ${port} is in use. Stop the other process, or set another port: PORT=3001 npm start`;
  }
  return error instanceof Error ? error.message : String(error);
}

try {
  await main(process.argv.includes('--once'));
} catch (error) {
  console.error(
    error instanceof EnvironmentError ? error.message : `The desk did not start. ${messageOf(error)}`,
  );
  process.exitCode = 1;
}
