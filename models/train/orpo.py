"""
Trains the adapter on preference pairs with ORPO (Hong et al., 2024): likelihood of the right answer plus the odds ratio
between right and wrong. Both are weighted towards the label, since the rationale has twenty tokens and the label one.

    python orpo.py --vocabulary tokenizer.json --base base.pt --cases 150000 --out lora.pt
"""

import argparse
import json
import math
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import authored, batches, generated, pad
from model import Judge, Shape, add_lora
from tokenizer import Tokenizer

LABEL_SHARE = 0.75  # of an answer's weight; the rationale has the rest


def answer_likelihood(model, tokens: torch.Tensor, starts: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
    """Weighted mean log-likelihood of each row's answer: the label LABEL_SHARE, its other tokens the rest."""
    hidden = model.hidden(tokens[:, :-1])
    # Only the positions that predict an answer need the output matrix.
    width = int((ends - starts).max())
    at = (starts[:, None] - 1 + torch.arange(width, device=tokens.device)[None, :]).clamp(max=hidden.shape[1] - 1)
    picked = torch.gather(hidden, 1, at[:, :, None].expand(-1, -1, hidden.shape[2]))
    logits = (picked @ model.token_embd.weight.t().type_as(picked)).float()
    wanted = torch.gather(tokens, 1, (at + 1).clamp(max=tokens.shape[1] - 1))
    each = -F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="none").view(len(tokens), width)
    rest = (torch.arange(width, device=tokens.device)[None, :] < (ends - starts)[:, None]).float()
    rest[:, 0] = 0
    return LABEL_SHARE * each[:, 0] + (1 - LABEL_SHARE) * (each * rest).sum(1) / rest.sum(1).clamp(min=1)


def log_odds(likelihood: torch.Tensor) -> torch.Tensor:
    return likelihood - torch.log1p(-torch.exp(likelihood.clamp(max=-1e-4)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--corpus")
    parser.add_argument("--base", required=True)
    parser.add_argument("--cases", type=int, default=150_000)
    parser.add_argument("--authored", help="rendered cases to mix in (render-cases.ts)")
    parser.add_argument("--repeat", type=int, default=6, help="how often each of those is seen")
    parser.add_argument("--batch", type=int, default=65_536)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--beta", type=float, default=0.25, help="weight of the odds ratio")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=16)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--log", default="orpo.log.jsonl")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True

    began = time.time()
    tokenizer = Tokenizer.load(options.vocabulary)
    examples, _ = generated(options.vocabulary, options.corpus, options.authored, options.seed, options.cases)
    if options.authored:
        examples += authored(options.authored, tokenizer, options.repeat)
    print(f"{len(examples)} pairs, {time.time() - began:.0f} s", flush=True)

    saved = torch.load(options.base, map_location="cpu")
    model = Judge(Shape(**saved["shape"]))
    model.load_state_dict({k: v.float() for k, v in saved["state"].items()}, strict=False)
    model.to(device)
    parameters = add_lora(model, options.rank, options.alpha)
    print(f"{sum(p.numel() for p in parameters) / 1e6:.2f}M trainable", flush=True)
    if device == "cuda":
        torch._dynamo.config.cache_size_limit = 64
        model.hidden = torch.compile(model.hidden)
    optimiser = torch.optim.AdamW(parameters, lr=options.rate, betas=(0.9, 0.95), weight_decay=0.0)

    lengths = np.array([len(e.prompt) + max(len(e.chosen), len(e.rejected)) for e in examples])
    plan = batches(lengths, options.batch // 2, rng)
    training = time.time()
    left = options.seconds - (training - began)
    log = open(options.log, "w")
    for step, (padded, members) in enumerate(plan):
        done = max(step / len(plan), (time.time() - training) / left)
        if done >= 1:
            break
        rate = options.rate * min(1, (step + 1) / 100) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        rows = [np.concatenate([examples[i].prompt, examples[i].chosen]) for i in members] + [np.concatenate([examples[i].prompt, examples[i].rejected]) for i in members]
        starts = torch.tensor([len(examples[i].prompt) for i in members] * 2, device=device)
        ends = torch.tensor([len(row) for row in rows], device=device)
        tokens = pad(rows, padded + 1).to(device, non_blocking=True)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            likelihood = answer_likelihood(model, tokens, starts, ends)
        right, wrong = likelihood.float().chunk(2)
        odds = log_odds(right) - log_odds(wrong)
        loss = -right.mean() - options.beta * F.logsigmoid(odds).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step % 25 == 0:
            row = {"step": step, "of": len(plan), "done": round(done, 3), "loss": round(loss.item(), 4), "right": round(right.mean().item(), 4), "wrong": round(wrong.mean().item(), 4),
                   "preferred": round((odds > 0).float().mean().item(), 4), "rate": round(rate, 6), "seconds": round(time.time() - training, 1)}
            log.write(json.dumps(row) + "\n")
            log.flush()
            if step % 250 == 0:
                print(row, flush=True)
    state = {name: parameter for name, parameter in model.state_dict().items() if ".lora_" in name}
    torch.save({"rank": options.rank, "alpha": options.alpha, "state": state}, options.out)
    print(f"{step} steps in {time.time() - training:.0f} s", flush=True)


if __name__ == "__main__":
    main()
