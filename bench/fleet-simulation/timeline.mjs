/** Simulated time: runs planned actions in order. */
export class Timeline {
  now = 0;
  #heap = [];
  #order = 0;

  /** Plans an action, in simulated milliseconds from now. */
  after(ms, action) {
    this.#push({ at: this.now + Math.max(ms, 0), order: (this.#order += 1), action });
  }

  /** Runs all actions up to an instant. Synchronous, because promises would settle in real time. */
  runUntil(end) {
    while (this.#heap.length > 0 && this.#heap[0].at <= end) {
      const next = this.#pop();
      this.now = next.at;
      next.action();
    }
    this.now = end;
  }

  #push(event) {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent], event)) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = event;
  }

  #pop() {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (isBefore(last, heap[child])) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one, other) {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
