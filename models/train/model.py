"""The judge's network: Qwen2's architecture, small, from scratch (RoPE, grouped queries, SwiGLU, RMSNorm, tied output)."""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 8192
    width: int = 512
    layers: int = 6
    heads: int = 8
    kv_heads: int = 2
    hidden: int = 1408
    positions: int = 2048
    theta: float = 10_000.0
    epsilon: float = 1e-6

    @property
    def head(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


def rotate(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    """x: [batch, heads, length, head]; the halves of a head turn together (NEOX order)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.epsilon)).type_as(x) * self.weight.type_as(x)


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv = shape.kv_heads * shape.head
        self.attn_norm = RMSNorm(shape.width, shape.epsilon)
        self.attn_q = nn.Linear(shape.width, shape.width)
        self.attn_k = nn.Linear(shape.width, kv)
        self.attn_v = nn.Linear(shape.width, kv)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = RMSNorm(shape.width, shape.epsilon)
        self.ffn_gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        heads, kv, size = self.shape.heads, self.shape.kv_heads, self.shape.head
        y = self.attn_norm(x)
        q = rotate(self.attn_q(y).view(batch, length, heads, size).transpose(1, 2), cosine, sine)
        k = rotate(self.attn_k(y).view(batch, length, kv, size).transpose(1, 2), cosine, sine)
        v = self.attn_v(y).view(batch, length, kv, size).transpose(1, 2)
        k = k.unsqueeze(2).expand(batch, kv, heads // kv, length, size).reshape(batch, heads, length, size)
        v = v.unsqueeze(2).expand(batch, kv, heads // kv, length, size).reshape(batch, heads, length, size)
        mixed = attend(q, k, v).transpose(1, 2).reshape(batch, length, heads * size)
        x = x + self.attn_output(mixed)
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    length = q.shape[2]  # an old PyTorch, for dry runs on a CPU
    seen = torch.ones(length, length, dtype=torch.bool, device=q.device).tril()
    scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(~seen, float("-inf"))
    return scores.softmax(-1) @ v


class Judge(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = RMSNorm(shape.width, shape.epsilon)
        turns = shape.theta ** (-torch.arange(0, shape.head, 2).float() / shape.head)
        angles = torch.outer(torch.arange(shape.positions).float(), turns)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deep = 1 / math.sqrt(2 * shape.layers) if "attn_output" in name or "ffn_down" in name else 1.0
                nn.init.normal_(parameter, std=0.02 * deep)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def hidden(self, tokens: torch.Tensor) -> torch.Tensor:
        """[batch, length] → [batch, length, width], before the output matrix."""
        length = tokens.shape[1]
        x = self.token_embd(tokens)
        cosine, sine = self.cosine[:length].type_as(x), self.sine[:length].type_as(x)
        for block in self.blk:
            x = block(x, cosine, sine)
        return self.output_norm(x)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.hidden(tokens) @ self.token_embd.weight.t()


class LoRA(nn.Module):
    """A linear layer with a low-rank addition: y = Wx + (alpha / r) B A x. B starts at zero (Hu et al., 2021)."""

    def __init__(self, base: nn.Linear, rank: int, alpha: float):
        super().__init__()
        self.base = base
        self.lora_a = nn.Parameter(torch.empty(rank, base.in_features))
        self.lora_b = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + F.linear(F.linear(x, self.lora_a.type_as(x)), self.lora_b.type_as(x)) * self.scale


TARGETS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def add_lora(model: Judge, rank: int = 16, alpha: float = 16.0) -> list[nn.Parameter]:
    """Freezes the base, wraps the seven matrices of each block; returns what is left to train."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    made = []
    for block in model.blk:
        for name in TARGETS:
            layer = LoRA(getattr(block, name), rank, alpha).to(next(model.parameters()).device)
            setattr(block, name, layer)
            made += [layer.lora_a, layer.lora_b]
    return made
