import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { DeskStep } from './desk-step.js';
import { DocumentDesk } from './document-desk.js';

function step(name: string, run: DeskStep['run']): DeskStep {
  return { name, provider: 'fyma', run };
}

const content = Buffer.from('a document');

async function ended(desk: DocumentDesk, id: string) {
  while (desk.find(id)?.state === 'in progress') await wait(1);
  return desk.find(id);
}

describe('the document desk', () => {
  it('runs the stages in order, and the steps of a stage concurrently', async () => {
    const log: string[] = [];
    const logging = (name: string) =>
      step(name, async () => {
        log.push(`${name} begins`);
        await wait(5);
        log.push(`${name} ends`);
        return name;
      });
    const desk = new DocumentDesk([[logging('a'), logging('b')], [logging('c')]]);

    await ended(desk, desk.accept('contract', content).id);

    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'c begins', 'c ends']);
  });

  it('shows a failed step with its reason, and continues with the other steps', async () => {
    const failing = step('a', () => Promise.reject(new Error('Out of paper.')));
    const desk = new DocumentDesk([[failing], [step('b', () => Promise.resolve('sent'))]]);

    const progress = await ended(desk, desk.accept('contract', content).id);

    expect(progress).toMatchObject({
      state: 'failed',
      steps: [
        { step: 'a', provider: 'Fyma', state: 'failed', message: 'Out of paper.' },
        { step: 'b', provider: 'Fyma', state: 'done', message: 'sent' },
      ],
    });
  });

  it('returns before the work is done', () => {
    const desk = new DocumentDesk([
      [step('a', () => Promise.resolve('done'))],
      [step('b', () => Promise.resolve('done'))],
    ]);

    const { state, steps } = desk.accept('contract', content);

    expect([state, ...steps.map((entry) => entry.state)]).toEqual(['in progress', 'running', 'waiting']);
  });

  it('forgets a document ten minutes after its end, and none before its end', async () => {
    let finish: (message: string) => void = () => undefined;
    const running = new Promise<string>((resolve) => (finish = resolve));
    const desk = new DocumentDesk([
      [step('a', ({ name }) => (name === 'slow' ? running : Promise.resolve('')))],
    ]);
    const slow = desk.accept('slow', content);
    const quick = desk.accept('quick', content);
    await ended(desk, quick.id);
    const now = Date.now();

    const before = desk.latest().map(({ name }) => name);
    jest.spyOn(Date, 'now').mockReturnValue(now + 600_001);
    const after = [desk.find(slow.id)?.state, desk.find(quick.id), desk.latest().length];

    expect(before).toEqual(['quick', 'slow']);
    expect(after).toEqual(['in progress', undefined, 1]);
    finish('');
  });

  it('ends running steps when it is stopped, and starts no further ones', async () => {
    const endless = step('a', (_, signal) => wait(60_000, 'never', { signal }));
    const desk = new DocumentDesk([[endless], [step('b', () => Promise.resolve('sent'))]]);
    const { id } = desk.accept('contract', content);

    await desk.onModuleDestroy();

    const stopped = { state: 'failed', message: 'The desk was stopped.' };
    expect(desk.find(id)?.steps).toMatchObject([stopped, stopped]);
  });

  it('knows only its own documents', () => {
    expect(new DocumentDesk([]).find('other')).toBeUndefined();
  });
});
