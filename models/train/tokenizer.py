"""
Byte-level BPE with Qwen2's splitting rule (what llama.cpp calls pre-tokenizer "qwen2"), so that the runtime's own
tokenizer gives the same numbers. The decisions are control tokens: no text of a mail can become one.

    python tokenizer.py --corpus english.txt.gz --out tokenizer.json
"""

import argparse
import gzip
import heapq
import json
from collections import Counter, defaultdict
from pathlib import Path

import regex

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "SUPPRESS", "ESCALATE", "BLOCK", "PENALISE", "PASS"]
VOCABULARY = 8192
SPLIT = regex.compile(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
AT_SPECIAL = regex.compile("(" + "|".join(regex.escape(one) for one in SPECIALS) + ")")


def byte_letters() -> dict[int, str]:
    """GPT-2's way of writing bytes as printable letters."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in shown}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(shown))
    return letters


LETTERS = byte_letters()


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.tokens = [LETTERS[byte] for byte in range(256)] + [a + b for a, b in merges] + SPECIALS
        self.ids = {token: number for number, token in enumerate(self.tokens)}
        self.rank = {pair: number for number, pair in enumerate(merges)}
        self.cache: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path) -> "Tokenizer":
        return cls([tuple(pair.split(" ")) for pair in json.loads(Path(path).read_text())["merges"]])

    def save(self, path) -> None:
        Path(path).write_text(json.dumps({"merges": [" ".join(pair) for pair in self.merges]}, ensure_ascii=False, indent=0))

    def _word(self, word: str) -> list[int]:
        parts = [LETTERS[byte] for byte in word.encode()]
        while len(parts) > 1:
            best, at = min((self.rank.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if best == 1 << 30:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]

    def encode(self, text: str, trusted: bool = False) -> list[int]:
        if trusted:
            made: list[int] = []
            for piece in AT_SPECIAL.split(text):
                made.extend([self.ids[piece]] if piece in SPECIALS else self.encode(piece))
            return made
        made = []
        for word in SPLIT.findall(text):
            known = self.cache.get(word)
            if known is None:
                known = self._word(word)
                if len(self.cache) < 500_000:
                    self.cache[word] = known
            made.extend(known)
        return made


def train(words: Counter, size: int) -> list[tuple[str, str]]:
    """The most frequent pair first, ties by spelling, until there are `size` merges."""
    splits = [([LETTERS[byte] for byte in word.encode()], count) for word, count in words.items() if count > 1]
    counts: Counter = Counter()
    where = defaultdict(set)
    for number, (parts, count) in enumerate(splits):
        for pair in zip(parts, parts[1:]):
            counts[pair] += count
            where[pair].add(number)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(queue)
    merges: list[tuple[str, str]] = []
    while len(merges) < size and queue:
        negative, pair = heapq.heappop(queue)
        if counts[pair] != -negative:
            if counts[pair] > 0:
                heapq.heappush(queue, (-counts[pair], pair))
            continue
        merges.append(pair)
        touched = set()
        for number in where.pop(pair):
            parts, count = splits[number]
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == pair:
                    for old in ([(parts[i - 1], parts[i])] if i else []) + ([(parts[i + 1], parts[i + 2])] if i + 2 < len(parts) else []):
                        counts[old] -= count
                        touched.add(old)
                    parts[i : i + 2] = [pair[0] + pair[1]]
                    for new in ([(parts[i - 1], parts[i])] if i else []) + ([(parts[i], parts[i + 1])] if i + 1 < len(parts) else []):
                        counts[new] += count
                        where[new].add(number)
                        touched.add(new)
                else:
                    i += 1
        counts[pair] = 0
        for one in touched:
            if counts[one] > 0:
                heapq.heappush(queue, (-counts[one], one))
    return merges


def main() -> None:
    from cases.generate import Sources, cases
    from render import segments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--cases", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    words: Counter = Counter()
    with gzip.open(options.corpus, "rt") as file:
        for line in file:
            words.update(SPLIT.findall(line))
    for case in cases(options.seed, options.cases, Sources()):
        for text, trusted in segments(case):
            if not trusted:
                words.update(SPLIT.findall(text))
        words.update(SPLIT.findall(case["why"]))
    merges = train(words, VOCABULARY - 256 - len(SPECIALS))
    Tokenizer(merges).save(options.out)
    print(f"{len(words)} distinct words, {len(merges)} merges")


if __name__ == "__main__":
    main()
