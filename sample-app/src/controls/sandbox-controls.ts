import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { TokenManager } from 'nestjs-client-credentials';
import { Backend } from '../backend/backend.js';
import { Calls } from './calls.js';
import { ColdStart } from './cold-start.js';
import type { Control } from './control.js';
import { Outage } from './outage.js';
import { RevokeTokens } from './revoke-tokens.js';
import { RotateSecret } from './rotate-secret.js';
import { SteadyCalls } from './steady-calls.js';
import { StopRedis } from './stop-redis.js';
import { WithholdScope } from './withhold-scope.js';

/** A control with the last sentence about it. */
export type ShownControl = Pick<Control, 'id' | 'label' | 'hint'> & { sentence: string };

/** How long a press waits for its outcome; longer ones are shown later. */
const MAX_WAIT_MS = 5_000;

/** What can be done to the sandbox, one thing at a time. Without a sandbox of its own, the desk has no controls. */
@Injectable()
export class SandboxControls implements OnModuleDestroy {
  private readonly logger = new Logger('Sandbox');
  private readonly controls: readonly Control[];
  private readonly sentences = new Map<string, string>();
  private lastSentence = '';
  private queue: Promise<void> = Promise.resolve();
  /** Ids of controls that wait or run. */
  private readonly pressed = new Set<string>();
  private isClosing = false;

  constructor(backend: Backend, tokens: TokenManager, calls: Calls, steady: SteadyCalls) {
    const { sandbox, ownRedis } = backend;
    this.controls =
      sandbox === undefined
        ? []
        : [
            new ColdStart({ tokens, calls, steady, fyma: sandbox.fyma }),
            new RevokeTokens(sandbox, calls),
            new Outage(sandbox, calls, steady),
            new RotateSecret(sandbox.smartDocumentor, calls, () => backend.announce()),
            new WithholdScope(sandbox.resistant, calls),
            ...(ownRedis === undefined ? [] : [new StopRedis(ownRedis, calls)]),
          ];
  }

  /** The latest sentence. */
  get latest(): string {
    return this.lastSentence;
  }

  list(): ShownControl[] {
    return this.controls.map(({ id, label, hint }) => ({
      id,
      label,
      hint,
      sentence: this.sentences.get(id) ?? '',
    }));
  }

  /** Shows a sentence, and prints it. */
  say(sentence: string, id?: string): void {
    this.lastSentence = sentence;
    if (id !== undefined) this.sentences.set(id, sentence);
    this.logger.log(sentence);
  }

  /** Runs a control after those that were pressed before; resolves when it has said something. `false` for an unknown id. */
  async press(id: string): Promise<boolean> {
    const control = this.controls.find((each) => each.id === id);
    if (control === undefined) return false;
    await Promise.race([this.enqueue(control), wait(MAX_WAIT_MS, undefined, { ref: false })]);
    return true;
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosing = true;
    for (const control of this.controls) control.close?.();
    await this.queue;
  }

  /** Resolves at the first sentence of a control. */
  private enqueue(control: Control): Promise<void> {
    return new Promise((resolve) => {
      const say = (sentence: string): void => {
        this.say(sentence, control.id);
        resolve();
      };
      if (this.pressed.has(control.id)) {
        this.say(`${control.label}: pressed already`);
        resolve();
        return;
      }
      if (this.pressed.size > 0) say(`${control.label}: waits for what was pressed before`);
      this.pressed.add(control.id);
      this.queue = this.runAfter(this.queue, control, say);
    });
  }

  private async runAfter(
    before: Promise<void>,
    control: Control,
    say: (sentence: string) => void,
  ): Promise<void> {
    await before;
    if (this.isClosing) return;
    try {
      say(await control.run(say));
    } catch (error) {
      say(`${control.label}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.pressed.delete(control.id);
    }
  }
}
