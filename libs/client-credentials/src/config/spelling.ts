/** Shortest name for which a difference of two letters is a slip: short names differ by so much anyway. */
const LONG_NAME = 8;
/** Shortest name for which a difference of one letter is a slip. */
const SHORT_NAME = 4;
/** Shortest part of a longer name that is taken for the name. */
const MIN_PART = 4;

/** The known name that a wrong one was probably meant to be: of other case, with other separators, or with a slip of the pen. */
export function misspelt(name: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  const same = known.find((candidate) => lettersOf(candidate) === letters);
  if (same !== undefined || letters.length < SHORT_NAME) return same;
  const tolerance = letters.length < LONG_NAME ? 1 : 2;
  return known.find(
    (candidate) =>
      candidate.length >= SHORT_NAME &&
      // A slip is rarely in the first letter; `oauth` is not `auth`.
      lettersOf(candidate)[0] === letters[0] &&
      distance(letters, lettersOf(candidate)) <= tolerance,
  );
}

/** The known name that is nearest to a wrong one, also where only the beginning or the end of one was written. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  const longer = known.map(lettersOf).filter((each) => each.startsWith(letters) || each.endsWith(letters));
  const isPartOfOne = letters.length >= MIN_PART && longer.length === 1;
  return (
    misspelt(name, known) ?? (isPartOfOne ? known.find((each) => lettersOf(each) === longer[0]) : undefined)
  );
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Number of letters to insert, delete, replace or swap with the next one. */
function distance(one: string, other: string): number {
  // Rows of the table of distances between the beginnings of both texts.
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
