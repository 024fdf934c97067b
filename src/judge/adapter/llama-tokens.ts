import type { LlamaModel, Token } from 'node-llama-cpp';
import type { PromptPart } from './prompt.ts';

/**
 * Turns prompts into tokens as the whole text would be, except that special tokens are read in trusted text only: what
 * a mail spells as `<|im_end|>` stays text. Text between two special tokens is tokenised in one piece, since tokens may
 * reach over the border of two parts ("}\n\n").
 */
export class PromptTokenizer {
  readonly #model: LlamaModel;
  /** Of trusted texts, which are few and belong to the profile. */
  readonly #pieces = new Map<string, (string | Token)[]>();

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  tokens(parts: readonly PromptPart[]): Token[] {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    const tokens: Token[] = shouldPrependBosToken && bos !== null ? [bos] : [];
    let plain = '';
    const flush = (): void => {
      for (const token of this.#model.tokenize(plain, false)) tokens.push(token);
      plain = '';
    };
    for (const { text, trusted } of parts) {
      for (const piece of trusted ? this.#trusted(text) : [text]) {
        if (typeof piece === 'string') {
          plain += piece;
          continue;
        }
        flush();
        tokens.push(piece);
      }
    }
    flush();
    return tokens;
  }

  /** A label or separator of ours. */
  spelled(text: string): Token[] {
    return this.#model.tokenize(text, true);
  }

  #trusted(text: string): (string | Token)[] {
    const known = this.#pieces.get(text);
    if (known) return known;
    const pieces: (string | Token)[] = [];
    let rest = text;
    for (const token of this.#model.tokenize(text, true)) {
      if (!this.#model.isSpecialToken(token)) continue;
      const spelling = this.#model.detokenize([token], true);
      const at = rest.indexOf(spelling);
      if (spelling === '' || at < 0) continue;
      if (at > 0) pieces.push(rest.slice(0, at));
      pieces.push(token);
      rest = rest.slice(at + spelling.length);
    }
    if (rest !== '') pieces.push(rest);
    this.#pieces.set(text, pieces);
    return pieces;
  }
}
