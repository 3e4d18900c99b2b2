import { copyOf, setText, showLife } from './bar.js';
import { EntryList } from './entry-list.js';

const numbers = new Intl.NumberFormat('en');
const STATES = ['failing', 'degraded', 'refreshing', 'fresh', 'empty'];

/** The lane of one provider. */
export class Lane {
  /** @param {string} files - address below which the board's data are */
  constructor(name, files, clock) {
    this.name = name;
    this.clock = clock;
    this.root = copyOf('lane-template');
    setText(this.find('.name'), name);
    this.list = new EntryList(this.root, name, files, clock);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  show(provider) {
    this.provider = provider;
    const { state, acquisitions, failures, served, replays, lastError } = provider;
    this.root.dataset.state = state;
    setText(this.find('.state'), state);
    this.count('.requests', acquisitions + failures);
    this.count('.served', served);
    this.count('.failures', failures);
    this.count('.replays', replays);
    this.showError(lastError);
    this.showEntries(provider);
    this.tick();
  }

  tick() {
    showLife(this.root, this.provider, this.name, this.clock.now());
    this.list.tick();
  }

  count(selector, value) {
    const element = this.find(selector);
    setText(element, numbers.format(value));
    element.classList.toggle('is-zero', value === 0);
  }

  showError(error) {
    this.find('.error').hidden = error === undefined;
    if (error === undefined) return;
    const whose = error.tenant === undefined ? '' : `, tenant ${error.tenant}`;
    setText(this.find('.error .code'), `${error.code}${whose}`);
    setText(this.find('.error .message'), error.message ?? '');
  }

  showEntries({ entries, tenants, states }) {
    const hasMany = entries > 1 || tenants > 0;
    this.find('.more').hidden = !hasMany;
    if (!hasMany) {
      this.list.close();
      return;
    }
    const what = tenants > 0 ? 'Tenants' : 'Tokens';
    setText(this.find('.toggle'), `${what} (${numbers.format(tenants > 0 ? tenants : entries)})`);
    this.find('.toggle').setAttribute('aria-label', `${this.find('.toggle').textContent} of ${this.name}`);
    const spread = STATES.filter((state) => states[state] > 0).map(
      (state) => `${numbers.format(states[state])} ${state}`,
    );
    setText(this.find('.spread'), spread.join(', '));
    this.list.refresh();
  }
}
