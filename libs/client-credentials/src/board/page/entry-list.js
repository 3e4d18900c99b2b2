import { copyOf, setText, showLife } from './bar.js';

const PAGE_SIZE = 20;
// A list that is open is read again this often at most: each reading sorts all entries.
const REFRESH_MS = 3_000;
const TYPING_MS = 250;
const numbers = new Intl.NumberFormat('en');

/** The entries of one provider, which are fetched while the list is open. */
export class EntryList {
  #page = 0;
  #rows = [];
  #readAt = -Infinity;
  #typing;
  #reading = 0;

  constructor(root, provider, files, clock) {
    this.root = root;
    this.provider = provider;
    this.files = files;
    this.clock = clock;
    this.toggle = root.querySelector('.toggle');
    this.panel = root.querySelector('.entries');
    this.input = root.querySelector('input');
    this.toggle.addEventListener('click', () => (this.panel.hidden ? this.open() : this.close()));
    this.input.setAttribute('aria-label', `Find in ${provider}`);
    this.input.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.turnTo(0), TYPING_MS);
    });
    root.querySelector('.previous').addEventListener('click', () => this.turnTo(this.#page - 1));
    root.querySelector('.following').addEventListener('click', () => this.turnTo(this.#page + 1));
  }

  open() {
    this.panel.hidden = false;
    this.toggle.setAttribute('aria-expanded', 'true');
    void this.read();
  }

  close() {
    this.panel.hidden = true;
    this.toggle.setAttribute('aria-expanded', 'false');
  }

  turnTo(page) {
    this.#page = Math.max(0, page);
    void this.read();
  }

  /** Reads the list again, if it is open and was not read a moment ago. */
  refresh() {
    if (this.panel.hidden || performance.now() - this.#readAt < REFRESH_MS) return;
    void this.read();
  }

  tick() {
    if (this.panel.hidden) return;
    for (const { element, row } of this.#rows) showLife(element, row, nameOf(row), this.clock.now());
  }

  async read() {
    this.#readAt = performance.now();
    this.#reading += 1;
    const reading = this.#reading;
    const query = new URLSearchParams({
      provider: this.provider,
      tenants: String(PAGE_SIZE),
      page: String(this.#page),
      search: this.input.value,
    });
    try {
      const response = await fetch(`${this.files}state?${query}`, { cache: 'no-store' });
      // An older answer does not take the place of a newer one.
      if (response.ok && reading === this.#reading) this.show(await response.json());
    } catch {
      // The connection is gone; the page says so, and reads again once it is back.
    }
  }

  show({ total, rows }) {
    const last = Math.max(0, Math.ceil(total / PAGE_SIZE) - 1);
    if (this.#page > last) {
      this.turnTo(last);
      return;
    }
    const list = this.root.querySelector('.rows');
    while (list.children.length > rows.length) list.lastElementChild.remove();
    while (list.children.length < rows.length) list.append(copyOf('row-template'));
    this.#rows = rows.map((row, index) => ({ element: list.children[index], row }));
    for (const { element, row } of this.#rows) {
      element.dataset.state = row.state;
      setText(element.querySelector('.name'), nameOf(row));
      setText(element.querySelector('.state'), row.state);
      setText(element.querySelector('.message'), row.lastErrorMessage ?? '');
    }
    this.tick();
    const first = this.#page * PAGE_SIZE;
    const position =
      total === 0
        ? 'None found'
        : `${numbers.format(first + 1)} to ${numbers.format(first + rows.length)} of ${numbers.format(total)}`;
    setText(this.root.querySelector('.position'), position);
    this.root.querySelector('.previous').disabled = this.#page === 0;
    this.root.querySelector('.following').disabled = this.#page === last;
  }
}

function nameOf({ tenant, scope, audience }) {
  return (
    [tenant, scope, audience].filter((part) => part !== undefined && part !== '').join(' · ') || 'no scope'
  );
}
