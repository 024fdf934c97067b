"""
Writes base.gguf and lora.gguf of random weights: the exact shape of Qwen2.5-1.5B in the mixture that llama.cpp calls
Q4_K_M, and a rank-16 adapter on all seven matrices of each block. Speed does not depend on the values.

    python3 random_model.py --out FOLDER [--layers 28]

Which tensors take Q6_K follows llama_tensor_get_type_impl in llama.cpp's src/llama-quant.cpp: the embedding (it is the
output matrix too), and v and down of the first and last eighth of the blocks and of every third between. Block layouts
are those of ggml/src/ggml-common.h. Vocabulary size and special token numbers are Qwen2.5's; the words are not: byte-level
merges learnt from this repository's own texts, so that prompts come out about as long as there.
"""

import argparse
import struct
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "models" / "train"))

from gguf import ALIGNMENT, ARRAY, BOOL, F32, I32, STRING, TYPE_F32, U32, _entry, _string, write_lora  # noqa: E402
from tokenizer import LETTERS, SPLIT, train  # noqa: E402

WIDTH, HIDDEN, HEADS, KV_HEADS, VOCABULARY = 1536, 8960, 12, 2, 151_936
KV_WIDTH = WIDTH // HEADS * KV_HEADS
SPECIALS = {151_643: "<|endoftext|>", 151_644: "<|im_start|>", 151_645: "<|im_end|>"}
RANK, ALPHA = 16, 16.0
MERGES = 8_000
# Standard deviation of the weights, about that of trained ones.
DEVIATION = 0.02

TYPE_Q4_K, TYPE_Q6_K = 12, 14
Q4_K = np.dtype([("d", "<f2"), ("dmin", "<f2"), ("scales", "u1", 12), ("qs", "u1", 128)])
Q6_K = np.dtype([("ql", "u1", 128), ("qh", "u1", 64), ("scales", "i1", 16), ("d", "<f2")])
BLOCK = {TYPE_Q4_K: Q4_K, TYPE_Q6_K: Q6_K}
WEIGHTS_PER_BLOCK = 256

# How the labels of the published prompt fall into tokens in a large vocabulary: some whole, some in two or three.
LABEL_PIECES = ["SUP", "PRESS", "ES", "CAL", "ATE", "BLOCK", "PEN", "AL", "ISE", "IZE", "PASS", "SEND"]

# name in a block: (rows, columns)
MATRICES = {
    "attn_q": (WIDTH, WIDTH), "attn_k": (KV_WIDTH, WIDTH), "attn_v": (KV_WIDTH, WIDTH), "attn_output": (WIDTH, WIDTH),
    "ffn_gate": (HIDDEN, WIDTH), "ffn_up": (HIDDEN, WIDTH), "ffn_down": (WIDTH, HIDDEN),
}  # fmt: skip


def more_bits(number: int, layers: int) -> bool:
    return number < layers // 8 or number >= 7 * layers // 8 or (number - layers // 8) % 3 == 2


def blocks(rng: np.random.Generator, rows: int, columns: int, kind: int) -> np.ndarray:
    """Random bytes; the half-precision factors are set so that the weights have mean 0 and the wanted deviation."""
    dtype = BLOCK[kind]
    count = rows * columns // WEIGHTS_PER_BLOCK
    made = np.frombuffer(bytearray(rng.bytes(count * dtype.itemsize)), dtype=dtype)
    if kind == TYPE_Q4_K:
        # w = d·scale·q - dmin·minimum; scale and minimum uniform in 0..63, q in 0..15.
        made["d"] = DEVIATION / 258
        made["dmin"] = 7.5 * DEVIATION / 258
    else:
        # w = d·scale·(q - 32); scale uniform in -128..127, q in 0..63.
        made["d"] = DEVIATION / 1366
    return made


def vocabulary() -> tuple[list[str], list[str]]:
    """Tokens in order, merges."""
    texts = [ROOT / "models" / "registry.yaml", ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    words: Counter = Counter()
    for path in texts:
        # Twice, because words seen once are not learnt from.
        words.update({word: 2 * count for word, count in Counter(SPLIT.findall(path.read_text())).items()})
    labels = {word for word in words if word.strip().isupper() and len(word.strip()) > 3}
    for word in labels:
        del words[word]
    pairs = {}
    for piece in LABEL_PIECES:
        for i in range(1, len(piece)):
            pairs.setdefault((piece[:i], piece[i]))
    for pair in train(words, MERGES):
        pairs.setdefault(pair)
    tokens = list(dict.fromkeys([LETTERS[byte] for byte in range(256)] + [a + b for a, b in pairs]))
    while len(tokens) < VOCABULARY:
        tokens.append(SPECIALS.get(len(tokens)) or f"word{len(tokens)}")
    return tokens, [" ".join(pair) for pair in pairs]


def write_base(path: Path, layers: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tokens, merges = vocabulary()
    metadata = [
        ("general.architecture", STRING, "qwen2"), ("general.name", STRING, "random weights, Qwen2.5-1.5B's shape"),
        ("general.file_type", U32, 15), ("general.quantization_version", U32, 2), ("general.alignment", U32, ALIGNMENT),
        ("qwen2.block_count", U32, layers), ("qwen2.context_length", U32, 32_768),
        ("qwen2.embedding_length", U32, WIDTH), ("qwen2.feed_forward_length", U32, HIDDEN),
        ("qwen2.attention.head_count", U32, HEADS), ("qwen2.attention.head_count_kv", U32, KV_HEADS),
        ("qwen2.rope.freq_base", F32, 1e6), ("qwen2.attention.layer_norm_rms_epsilon", F32, 1e-6),
        ("tokenizer.ggml.model", STRING, "gpt2"), ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), tokens),
        ("tokenizer.ggml.token_type", (ARRAY, I32), [3 if number in SPECIALS else 1 for number in range(VOCABULARY)]),
        ("tokenizer.ggml.merges", (ARRAY, STRING), merges),
        ("tokenizer.ggml.eos_token_id", U32, 151_645), ("tokenizer.ggml.padding_token_id", U32, 151_643),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
    ]  # fmt: skip
    tensors: list[tuple[str, tuple[int, ...], int]] = [("token_embd.weight", (VOCABULARY, WIDTH), TYPE_Q6_K), ("output_norm.weight", (WIDTH,), TYPE_F32)]
    for number in range(layers):
        tensors += [(f"blk.{number}.{norm}.weight", (WIDTH,), TYPE_F32) for norm in ("attn_norm", "ffn_norm")]
        for name, shape in MATRICES.items():
            wide = name in ("attn_v", "ffn_down") and more_bits(number, layers)
            tensors.append((f"blk.{number}.{name}.weight", shape, TYPE_Q6_K if wide else TYPE_Q4_K))
        tensors += [(f"blk.{number}.{name}.bias", MATRICES[name][:1], TYPE_F32) for name in ("attn_q", "attn_k", "attn_v")]

    infos, offset = [], 0
    for name, shape, kind in tensors:
        dims = shape[::-1]
        infos.append(_string(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims) + struct.pack("<IQ", kind, offset))
        offset += padded(size(shape, kind))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(_entry(*one) for one in metadata) + b"".join(infos)
    with path.open("wb") as file:
        file.write(head + b"\0" * (-len(head) % ALIGNMENT))
        for name, shape, kind in tensors:
            if kind == TYPE_F32:
                values = np.ones(shape) if name.endswith("norm.weight") else rng.normal(0, DEVIATION, shape)
                raw = values.astype("<f4").tobytes()
            else:
                made = blocks(rng, *shape, kind)
                if name == "token_embd.weight":
                    # Never the likeliest answer, so that generating goes on for as long as is asked.
                    made.reshape(VOCABULARY, -1)["d"][list(SPECIALS)] /= 100
                raw = made.tobytes()
            file.write(raw + b"\0" * (padded(len(raw)) - len(raw)))


def size(shape: tuple[int, ...], kind: int) -> int:
    weights = int(np.prod(shape))
    return weights * 4 if kind == TYPE_F32 else weights // WEIGHTS_PER_BLOCK * BLOCK[kind].itemsize


def padded(length: int) -> int:
    return length + -length % ALIGNMENT


def random_lora(layers: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed + 1)
    state = {}
    for number in range(layers):
        for name, (rows, columns) in MATRICES.items():
            state[f"blk.{number}.{name}.lora_a"] = rng.standard_normal((RANK, columns), np.float32) / np.sqrt(columns)
            state[f"blk.{number}.{name}.lora_b"] = rng.standard_normal((rows, RANK), np.float32) * 0.01
    return state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--layers", type=int, default=28)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    write_base(folder / "base.gguf", options.layers, options.seed)
    write_lora(folder / "lora.gguf", random_lora(options.layers, options.seed), ALPHA, "random adapter")
    for file in sorted(folder.glob("*.gguf")):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main()
