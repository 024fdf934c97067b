/**
 * Deliveries that this process has in hand, by id. Their lease may lapse while a disk hangs; what became of them is known here all the
 * same, so nobody in this process may take them for lost.
 */
export class InHand {
  readonly #ids = new Map<string, number>();

  /** @returns lets go of them again; to be called once */
  hold(ids: readonly string[]): () => void {
    for (const id of ids) this.#ids.set(id, (this.#ids.get(id) ?? 0) + 1);
    return () => {
      for (const id of ids) {
        const left = (this.#ids.get(id) ?? 0) - 1;
        if (left > 0) this.#ids.set(id, left);
        else this.#ids.delete(id);
      }
    };
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  ids(): string[] {
    return [...this.#ids.keys()];
  }
}
