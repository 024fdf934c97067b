"""Cases and prose as tokens, made by all cores at once, and batches of like length."""

import gzip
import json
import multiprocessing
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cases.generate import Sources, cases
from cases.natural import load
from render import segments
from tokenizer import AT_SPECIAL, SPECIALS, Tokenizer

MAX_TOKENS = 1024
# Few, since each padded length is compiled by itself.
BUCKETS = (256, 352, 448, 576, 768, 1024)
PROSE_TOKENS = 448


@dataclass
class Example:
    """One prompt with its answers, as token numbers."""

    prompt: np.ndarray
    finding: np.ndarray  # "thread_leak\nThe mail tells …<|im_end|>": what the base learns to see
    chosen: np.ndarray  # "BLOCK\nThe mail tells …<|im_end|>": what the adapter learns to say
    rejected: np.ndarray


def sentences(corpus: str) -> list[str]:
    """Sentences of 8 to 30 words that could stand in a mail: nothing that a rule might read."""
    made = []
    with gzip.open(corpus, "rt") as file:
        for document in file.read().split("\f"):
            for sentence in re.split(r"(?<=[.!?])\s+", " ".join(document.split())):
                if 8 <= len(sentence.split()) <= 30 and sentence[0].isupper() and sentence[-1] in ".!?" and not re.search(
                    r"\d|\b(week|day|month|fund|raise|series|hire|engineer|compan|competit|compliance|regulat|seed|start|CEO|CTO|CFO)", sentence, re.I):
                    made.append(sentence)
    return made


def encode(tokenizer: Tokenizer, pieces: list[tuple[str, bool]]) -> list[int]:
    """
    As the gate tokenises a prompt: special tokens in trusted text are cut out first, and all text between two of them is split in one
    piece, wherever it came from.
    """
    made: list[int] = []
    plain = ""
    for text, trusted in pieces:
        for piece in AT_SPECIAL.split(text) if trusted else [text]:
            if trusted and piece in SPECIALS:
                made += tokenizer.encode(plain) + [tokenizer.ids[piece]]
                plain = ""
            else:
                plain += piece
    return made + tokenizer.encode(plain)


def answer(tokenizer: Tokenizer, label: str, why: str, control: bool) -> list[int]:
    return tokenizer.encode(label, control) + tokenizer.encode("\n" + why) + [tokenizer.ids["<|im_end|>"]]


_state: dict = {}


def _start(vocabulary: str, corpus: str | None, naturals: str | None) -> None:
    _state["tokenizer"] = Tokenizer.load(vocabulary)
    _state["sources"] = Sources(sentences(corpus) if corpus else [], load(naturals) if naturals else [])


def _portion(job: tuple[int, int]) -> list[tuple]:
    seed, count = job
    tokenizer = _state["tokenizer"]
    made = []
    for case in cases(seed, count, _state["sources"]):
        prompt = encode(tokenizer, segments(case))
        if len(prompt) > MAX_TOKENS - 100:
            continue
        wrong = case["wrong"]
        made.append((
            np.array(prompt, np.uint16),
            np.array(answer(tokenizer, case["rule"], case["why"], False), np.uint16),
            np.array(answer(tokenizer, case["gold"], case["why"], True), np.uint16),
            np.array(answer(tokenizer, wrong["gold"], wrong["why"], True), np.uint16),
            case["focus"], case["gold"],
        ))
    return made


def generated(vocabulary: str, corpus: str | None, naturals: str | None, seed: int, count: int, portion: int = 2000) -> tuple[list[Example], list[tuple[str, str]]]:
    """`count` examples of the streams seed·10⁶ + i, and (focus, gold) of each. `naturals`: rendered cases to set some in."""
    jobs = [(seed * 1_000_000 + number, min(portion, count - number * portion)) for number in range((count + portion - 1) // portion)]
    examples, facts = [], []
    with multiprocessing.Pool(initializer=_start, initargs=(vocabulary, corpus, naturals)) as pool:
        for part in pool.imap(_portion, jobs):
            for prompt, finding, chosen, rejected, focus, gold in part:
                examples.append(Example(prompt, finding, chosen, rejected))
                facts.append((focus, gold))
    return examples, facts


def prose_blocks(tokenizer: Tokenizer, corpus: str, length: int = PROSE_TOKENS + 1) -> np.ndarray:
    """The corpus as rows of `length` tokens; documents end with <|endoftext|>."""
    end = tokenizer.ids["<|endoftext|>"]
    stream: list[int] = []
    with gzip.open(corpus, "rt") as file:
        for document in file.read().split("\f"):
            stream += tokenizer.encode(document) + [end]
    rows = len(stream) // length
    return np.array(stream[: rows * length], np.uint16).reshape(rows, length)


def authored(path: str, tokenizer: Tokenizer, repeat: int) -> list[Example]:
    """Rendered cases as examples, each `repeat` times."""
    made = []
    for case in rendered(path, tokenizer):
        if len(case["tokens"]) > MAX_TOKENS - 100:
            continue
        made.append(Example(
            case["tokens"],
            np.array(answer(tokenizer, case["rule"], case["why"], False), np.uint16),
            np.array(answer(tokenizer, case["gold"], case["why"], True), np.uint16),
            np.array(answer(tokenizer, case["wrong"]["gold"], case["wrong"]["why"], True), np.uint16),
        ))
    return made * repeat


def rendered(path: str, tokenizer: Tokenizer) -> list[dict]:
    """Cases whose prompts the gate itself rendered (render-cases.ts): {id, set, gold, rule, parts: [[text, trusted]], why, wrong: {gold, why}}."""
    made = []
    for line in Path(path).read_text().splitlines():
        case = json.loads(line)
        case["tokens"] = np.array(encode(tokenizer, [tuple(part) for part in case["parts"]]), np.uint16)
        if len(case["tokens"]) <= 1900:
            made.append(case)
    return made


def batches(lengths: np.ndarray, tokens: int, rng: np.random.Generator) -> list[tuple[int, np.ndarray]]:
    """(padded length, indices) of about `tokens` tokens each, in random order; each example once."""
    made = []
    bucket_of = np.searchsorted(BUCKETS, lengths)
    for number, padded in enumerate(BUCKETS):
        members = np.flatnonzero(bucket_of == number)
        rng.shuffle(members)
        size = max(1, tokens // padded)
        made += [(padded, members[i : i + size]) for i in range(0, len(members) - size + 1, size)]
    rng.shuffle(made)
    return made


def pad(rows: list[np.ndarray], length: int) -> torch.Tensor:
    out = np.zeros((len(rows), length), np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return torch.from_numpy(out)


