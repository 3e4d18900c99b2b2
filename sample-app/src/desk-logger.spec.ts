import { describe, expect, it } from '@jest/globals';
import { DeskLogger } from './desk-logger.js';

function openLogger(): { logger: DeskLogger; lines: string[] } {
  const lines: string[] = [];
  const logger = new DeskLogger(
    (line) => lines.push(line),
    () => new Date(2030, 0, 7, 9, 26, 5),
  );
  return { logger, lines };
}

describe('the logger of the desk', () => {
  it('prints each event of a token, control and document as one line, once the desk listens', () => {
    const { logger, lines } = openLogger();

    logger.debug('too early', 'ClientCredentialsModule');
    logger.isTelling = true;
    logger.debug('Token acquired', 'ClientCredentialsModule');
    logger.log('50 calls, 1 token request', 'Sandbox');
    logger.log('Mapped {/, GET} route', 'RouterExplorer');

    expect(lines).toEqual(['09:26:05  Token acquired', '09:26:05  50 calls, 1 token request']);
  });

  it('prints warnings and errors of anybody, each in one line', () => {
    const { logger, lines } = openLogger();

    logger.warn('Calls may fail.\n  Look at the endpoint.');
    logger.error(new Error('broken'));

    expect(lines).toEqual(['09:26:05  Calls may fail. Look at the endpoint.', '09:26:05  broken']);
  });
});
