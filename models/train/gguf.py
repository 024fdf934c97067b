"""
Writes GGUF v3 (ggml's docs/gguf.md): the base in Q8_0 with its tokenizer, the LoRA in F16.
"""

import struct
from pathlib import Path

import numpy as np

from tokenizer import SPECIALS, Tokenizer

ALIGNMENT = 32
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
TYPE_F32, TYPE_F16, TYPE_Q8_0 = 0, 1, 8


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(kind: int, value) -> bytes:
    if kind == STRING:
        return _string(value)
    return struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}[kind], value)


def _entry(key: str, kind, value) -> bytes:
    head = _string(key)
    if isinstance(kind, tuple):
        _, item = kind
        return head + struct.pack("<IIQ", ARRAY, item, len(value)) + b"".join(_value(item, one) for one in value)
    return head + struct.pack("<I", kind) + _value(kind, value)


def q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of 32 weights: one half-precision scale and 32 signed bytes."""
    blocks = matrix.astype(np.float32).reshape(-1, 32)
    scale = (np.abs(blocks).max(axis=1) / 127).astype(np.float16)
    wide = scale.astype(np.float32)
    numbers = np.where(wide[:, None] > 0, np.round(blocks / np.where(wide > 0, wide, 1)[:, None]), 0).clip(-127, 127).astype(np.int8)
    packed = np.zeros(len(blocks), dtype=[("scale", "<f2"), ("numbers", "i1", 32)])
    packed["scale"], packed["numbers"] = scale, numbers
    return packed.tobytes()


def write(path, metadata: list[tuple], tensors: list[tuple[str, np.ndarray, int]]) -> None:
    """metadata: (key, kind, value), kind = a type or (ARRAY, item type); tensors: (name, array, type)."""
    body, infos, offset = [], [], 0
    for name, array, kind in tensors:
        raw = q8_0(array) if kind == TYPE_Q8_0 else array.astype(np.float16 if kind == TYPE_F16 else np.float32).tobytes()
        dims = array.shape[::-1]
        infos.append(_string(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims) + struct.pack("<IQ", kind, offset))
        raw += b"\0" * (-len(raw) % ALIGNMENT)
        body.append(raw)
        offset += len(raw)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(_entry(*one) for one in metadata) + b"".join(infos)
    head += b"\0" * (-len(head) % ALIGNMENT)
    Path(path).write_bytes(head + b"".join(body))


def write_base(path, shape, state: dict, tokenizer: Tokenizer, name: str) -> None:
    """state: name → float32 array, names as in model.Judge."""
    eos = tokenizer.ids["<|im_end|>"]
    metadata = [
        ("general.architecture", STRING, "qwen2"), ("general.name", STRING, name), ("general.license", STRING, "mit"),
        ("general.file_type", U32, 7), ("general.quantization_version", U32, 2), ("general.alignment", U32, ALIGNMENT),
        ("qwen2.block_count", U32, shape.layers), ("qwen2.context_length", U32, shape.positions),
        ("qwen2.embedding_length", U32, shape.width), ("qwen2.feed_forward_length", U32, shape.hidden),
        ("qwen2.attention.head_count", U32, shape.heads), ("qwen2.attention.head_count_kv", U32, shape.kv_heads),
        ("qwen2.rope.freq_base", F32, shape.theta), ("qwen2.attention.layer_norm_rms_epsilon", F32, shape.epsilon),
        ("tokenizer.ggml.model", STRING, "gpt2"), ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), tokenizer.tokens),
        ("tokenizer.ggml.token_type", (ARRAY, I32), [3 if token in SPECIALS else 1 for token in tokenizer.tokens]),
        ("tokenizer.ggml.merges", (ARRAY, STRING), [" ".join(pair) for pair in tokenizer.merges]),
        ("tokenizer.ggml.eos_token_id", U32, eos), ("tokenizer.ggml.padding_token_id", U32, tokenizer.ids["<|endoftext|>"]),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
    ]
    tensors = [("token_embd.weight", state["token_embd.weight"], TYPE_Q8_0), ("output_norm.weight", state["output_norm.weight"], TYPE_F32)]
    for number in range(shape.layers):
        for part in ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"):
            key = f"blk.{number}.{part}"
            tensors.append((f"{key}.weight", state[f"{key}.weight"], TYPE_F32 if part.endswith("norm") else TYPE_Q8_0))
            if f"{key}.bias" in state:
                tensors.append((f"{key}.bias", state[f"{key}.bias"], TYPE_F32))
    write(path, metadata, tensors)


def write_lora(path, state: dict, alpha: float, name: str) -> None:
    """state: "blk.N.part.lora_a" [rank, in] and "….lora_b" [out, rank]."""
    metadata = [
        ("general.type", STRING, "adapter"), ("general.architecture", STRING, "qwen2"), ("general.name", STRING, name),
        ("adapter.type", STRING, "lora"), ("adapter.lora.alpha", F32, alpha), ("general.alignment", U32, ALIGNMENT),
    ]
    tensors = []
    for key, array in state.items():
        stem, side = key.rsplit(".", 1)
        tensors.append((f"{stem}.weight.{side}", array, TYPE_F16))
    write(path, metadata, tensors)
