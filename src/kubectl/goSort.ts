/**
 * Go's sort.Sort, a pattern-defeating quicksort: not stable, so equal elements end up where its steps leave them. `kubectl get --sort-by` shows
 * that order, and with comparisons that contradict each other (two objects without the field are each "less") no other sort would.
 */
export function goSort<T>(items: readonly T[], less: (a: T, b: T) => boolean): T[] {
  const data = [...items];
  const below = (i: number, j: number): boolean => less(data[i]!, data[j]!);
  const swap = (i: number, j: number): void => {
    [data[i], data[j]] = [data[j]!, data[i]!];
  };
  const insertion = (a: number, b: number): void => {
    for (let i = a + 1; i < b; i++) for (let j = i; j > a && below(j, j - 1); j--) swap(j, j - 1);
  };
  const heap = (a: number, b: number): void => {
    const down = (low: number, high: number): void => {
      for (let root = low; ; ) {
        let child = 2 * root + 1;
        if (child >= high) return;
        if (child + 1 < high && below(a + child, a + child + 1)) child++;
        if (!below(a + root, a + child)) return;
        swap(a + root, a + child);
        root = child;
      }
    };
    for (let i = Math.trunc((b - a - 1) / 2); i >= 0; i--) down(i, b - a);
    for (let i = b - a - 1; i >= 0; i--) {
      swap(a, a + i);
      down(0, i);
    }
  };
  const bits = (n: number): number => n.toString(2).length;
  const breakPatterns = (a: number, b: number): void => {
    const length = b - a;
    if (length < 8) return;
    let state = BigInt(length);
    const modulus = 1n << BigInt(bits(length));
    for (let i = 0; i < 3; i++) {
      state = BigInt.asUintN(64, state ^ (state << 13n));
      state ^= state >> 7n;
      state = BigInt.asUintN(64, state ^ (state << 17n));
      let other = Number(state & (modulus - 1n));
      if (other >= length) other -= length;
      swap(a + Math.trunc(length / 4) * 2 - 1 + i, a + other);
    }
  };
  const choosePivot = (a: number, b: number): readonly [number, 'up' | 'down' | 'unknown'] => {
    const length = b - a;
    let swaps = 0;
    const median = (x: number, y: number, z: number): number => {
      const order = (p: number, q: number): readonly [number, number] => {
        if (!below(q, p)) return [p, q];
        swaps++;
        return [q, p];
      };
      [x, y] = order(x, y);
      [y, z] = order(y, z);
      [x, y] = order(x, y);
      return y;
    };
    const quarter = Math.trunc(length / 4);
    let [i, j, k] = [a + quarter, a + quarter * 2, a + quarter * 3];
    if (length >= 8) {
      if (length >= 50) [i, j, k] = [median(i - 1, i, i + 1), median(j - 1, j, j + 1), median(k - 1, k, k + 1)];
      j = median(i, j, k);
    }
    return [j, swaps === 0 ? 'up' : swaps === 12 ? 'down' : 'unknown'];
  };
  const partialInsertion = (a: number, b: number): boolean => {
    let i = a + 1;
    for (let step = 0; step < 5; step++) {
      while (i < b && !below(i, i - 1)) i++;
      if (i === b) return true;
      if (b - a < 50) return false;
      swap(i, i - 1);
      if (i - a >= 2) for (let j = i - 1; j >= 1 && below(j, j - 1); j--) swap(j, j - 1);
      if (b - i >= 2) for (let j = i + 1; j < b && below(j, j - 1); j++) swap(j, j - 1);
    }
    return false;
  };
  const sort = (from: number, to: number, depth: number): void => {
    let [a, b, limit, balanced, partitioned] = [from, to, depth, true, true];
    for (;;) {
      const length = b - a;
      if (length <= 12) return insertion(a, b);
      if (limit === 0) return heap(a, b);
      if (!balanced) {
        breakPatterns(a, b);
        limit--;
      }
      let [pivot, hint] = choosePivot(a, b);
      if (hint === 'down') {
        for (let i = a, j = b - 1; i < j; i++, j--) swap(i, j);
        pivot = b - 1 - (pivot - a);
        hint = 'up';
      }
      if (balanced && partitioned && hint === 'up' && partialInsertion(a, b)) return;
      swap(a, pivot);
      if (a > 0 && !below(a - 1, a)) {
        let [i, j] = [a + 1, b - 1];
        for (;;) {
          while (i <= j && !below(a, i)) i++;
          while (i <= j && below(a, j)) j--;
          if (i > j) break;
          swap(i++, j--);
        }
        a = i;
        continue;
      }
      let [i, j] = [a + 1, b - 1];
      const onward = (): void => {
        while (i <= j && below(i, a)) i++;
        while (i <= j && !below(j, a)) j--;
      };
      onward();
      partitioned = i > j;
      while (i <= j) {
        swap(i++, j--);
        onward();
      }
      swap(j, a);
      const [left, right] = [j - a, b - j];
      balanced = Math.min(left, right) >= Math.trunc(length / 8);
      if (left < right) {
        sort(a, j, limit);
        a = j + 1;
      } else {
        sort(j + 1, b, limit);
        b = j;
      }
    }
  };
  sort(0, data.length, bits(data.length));
  return data;
}
