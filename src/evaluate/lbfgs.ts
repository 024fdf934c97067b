/** A smooth convex function: returns its value at `x` and writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

const HISTORY = 8;
const SUFFICIENT_DECREASE = 1e-4;

/**
 * The minimum of a smooth convex function by limited-memory BFGS (Nocedal and Wright, algorithm 7.4) with backtracking.
 * Deterministic.
 *
 * @returns where the largest component of the gradient is at most `tolerance`, or after `iterations`
 */
export function minimise(
  objective: Objective,
  dimensions: number,
  { tolerance = 1e-6, iterations = 300 }: { tolerance?: number; iterations?: number } = {},
): Float64Array {
  let x = new Float64Array(dimensions);
  let gradient = new Float64Array(dimensions);
  let value = objective(x, gradient);
  const pairs: { step: Float64Array; change: Float64Array; scale: number }[] = [];

  for (let iteration = 0; iteration < iterations; iteration += 1) {
    if (gradient.every((component) => Math.abs(component) <= tolerance)) break;
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    const next = new Float64Array(dimensions);
    const nextGradient = new Float64Array(dimensions);
    let length = 1;
    let nextValue = Number.POSITIVE_INFINITY;
    while (length > 1e-12) {
      for (let i = 0; i < dimensions; i += 1) next[i] = x[i]! + length * direction[i]!;
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + SUFFICIENT_DECREASE * length * slope) break;
      length /= 2;
    }
    // As low as doubles can tell.
    if (!(nextValue < value)) break;
    const step = next.map((component, i) => component - x[i]!);
    const change = nextGradient.map((component, i) => component - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 1e-12) pairs.push({ step, change, scale: 1 / curvature });
    if (pairs.length > HISTORY) pairs.shift();
    [x, gradient, value] = [next, nextGradient, nextValue];
  }
  return x;
}

/** The two-loop recursion: minus the gradient times an estimate of the inverse Hessian. */
function descent(
  gradient: Float64Array,
  pairs: readonly { step: Float64Array; change: Float64Array; scale: number }[],
): Float64Array<ArrayBuffer> {
  const direction = gradient.map((component) => -component);
  const weights: number[] = [];
  for (const { step, change, scale } of pairs.toReversed()) {
    const weight = scale * dot(step, direction);
    weights.push(weight);
    add(direction, change, -weight);
  }
  const last = pairs.at(-1);
  if (last) {
    const size = 1 / (last.scale * dot(last.change, last.change));
    direction.forEach((component, i) => {
      direction[i] = component * size;
    });
  }
  for (const { step, change, scale } of pairs) {
    add(direction, step, weights.pop()! - scale * dot(change, direction));
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i += 1) to[i]! += what[i]! * times;
}
