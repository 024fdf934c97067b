/**
 * A pure function of a short text that keeps its results: the same few thousand words and keys come again in
 * every judgement. Bounded; when full it forgets everything, which costs less than keeping an order.
 */
export function remember<T>(compute: (text: string) => T, most = 20_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    // Long texts are an attack or a dump, and would make the bound meaningless.
    if (text.length > 64) return compute(text);
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    const value = compute(text);
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}
