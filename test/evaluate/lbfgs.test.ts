import { describe, expect, it } from 'vitest';
import { minimise } from '../../src/evaluate/lbfgs.ts';

describe('minimise', () => {
  it('finds the minimum of a long narrow valley', () => {
    // Sum of 10^i (x_i - i)².
    const found = minimise((x, gradient) => {
      let value = 0;
      x.forEach((component, i) => {
        value += 10 ** i * (component - i) ** 2;
        gradient[i] = 2 * 10 ** i * (component - i);
      });
      return value;
    }, 5);
    found.forEach((component, i) => expect(component).toBeCloseTo(i, 5));
  });
  it('finds the minimum of a function that is not quadratic', () => {
    // ln(e^x + e^-2x): e^3x = 2.
    const [x] = minimise((at, gradient) => {
      const [up, down] = [Math.exp(at[0]), Math.exp(-2 * at[0])];
      gradient[0] = (up - 2 * down) / (up + down);
      return Math.log(up + down);
    }, 1);
    expect(x).toBeCloseTo(Math.log(2) / 3, 6);
  });
  it('stays where there is nothing to gain', () => {
    const found = minimise((_, gradient) => {
      gradient.fill(0);
      return 1;
    }, 3);
    expect([...found]).toEqual([0, 0, 0]);
  });
});
