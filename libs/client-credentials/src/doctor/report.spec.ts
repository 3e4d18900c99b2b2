import { describe, expect, it } from '@jest/globals';
import { jsonReport, textReport, type Report } from './report.js';

function written(make: (write: (text: string) => void) => Report): { text: string; isOk: boolean } {
  const texts: string[] = [];
  const report = make((text) => texts.push(text));
  report.provider('desk');
  report.step({ step: 'host', status: 'ok', message: 'answers' });
  report.provider('billing');
  report.step({ step: 'token', status: 'warning', message: 'fewer scopes', details: { scopesAsked: ['a'] } });
  report.step({ step: 'call', status: 'failed', message: 'refused' });
  report.step({ step: 'clock', status: 'ok', message: 'right' });
  const isOk = report.end();
  return { text: texts.join(''), isOk };
}

describe('a report', () => {
  it('has a line for each step below the name of its provider', () => {
    expect(written((write) => textReport(write, false))).toEqual({
      text: [
        'desk',
        '✓ host           answers',
        '',
        'billing',
        '⚠ token          fewer scopes',
        '✗ call           refused',
        '✓ clock          right',
        '',
      ].join('\n'),
      isOk: false,
    });
  });

  it('marks each outcome with a colour of its own on a terminal', () => {
    const { text } = written((write) => textReport(write, true));

    expect(text).toContain('\u001B[32m✓\u001B[0m host');
    expect(text).toContain('\u001B[33m⚠\u001B[0m token');
    expect(text).toContain('\u001B[31m✗\u001B[0m call');
  });

  it('as JSON has the details of each step', () => {
    const { text, isOk } = written(jsonReport);

    expect(isOk).toBe(false);
    expect(JSON.parse(text)).toEqual({
      ok: false,
      providers: [
        { name: 'desk', ok: true, steps: [{ step: 'host', status: 'ok', message: 'answers' }] },
        {
          name: 'billing',
          ok: false,
          steps: [
            { step: 'token', status: 'warning', message: 'fewer scopes', scopesAsked: ['a'] },
            { step: 'call', status: 'failed', message: 'refused' },
            { step: 'clock', status: 'ok', message: 'right' },
          ],
        },
      ],
    });
  });
});
