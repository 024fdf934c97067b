"""
Trains the base: plain English, generated mails, and after each mail what a careful reader would find in it. The base
reads; the adapter (orpo.py) judges.

    python base.py --vocabulary tokenizer.json --corpus english.txt.gz --cases 600000 --seconds 400 --out base.pt
"""

import argparse
import json
import math
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import PROSE_TOKENS, authored, batches, generated, pad, prose_blocks
from model import Judge, Shape
from tokenizer import Tokenizer

# Of the loss: the first word of the finding, the rest of it, the mail and record themselves, plain prose.
FIRST, REST, PROMPT, PROSE = 1.0, 0.3, 0.15, 0.2


# Positions of each mail that are scored: the whole answer, and as many of the prompt as tell enough.
ANSWER, SAMPLED = 56, 64


def losses(model: Judge, tokens: torch.Tensor, starts: torch.Tensor, ends: torch.Tensor):
    """Mean cross-entropy of the answer's first token, the rest of the answer, and a sample of the prompt."""
    hidden = model.hidden(tokens[:, :-1])
    last = hidden.shape[1] - 1
    answer = starts[:, None] - 1 + torch.arange(ANSWER, device=tokens.device)[None, :]
    prompt = (torch.rand(len(tokens), SAMPLED, device=tokens.device) * (starts[:, None] - 1)).long()
    at = torch.cat([answer.clamp(max=last), prompt], dim=1)
    picked = torch.gather(hidden, 1, at[:, :, None].expand(-1, -1, hidden.shape[2]))
    logits = picked @ model.token_embd.weight.t().type_as(picked)
    each = F.cross_entropy(logits.float().flatten(0, 1), torch.gather(tokens, 1, at + 1).flatten(), reduction="none").view(len(tokens), -1)
    rest = (answer[:, 1:] + 1 < ends[:, None]).float()
    return each[:, 0].mean(), (each[:, 1:ANSWER] * rest).sum() / rest.sum(), each[:, ANSWER:].mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--cases", type=int, default=600_000)
    parser.add_argument("--authored", help="rendered cases to mix in (render-cases.ts)")
    parser.add_argument("--repeat", type=int, default=4, help="how often each of those is seen in a pass")
    parser.add_argument("--passes", type=float, default=2.0)
    parser.add_argument("--batch", type=int, default=131_072, help="tokens a step")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop (with the rate run down) after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", default="base.log.jsonl")
    parser.add_argument("--out", required=True)
    parser.add_argument("--shape", default="{}", help="JSON changes to model.Shape")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True

    began = time.time()
    tokenizer = Tokenizer.load(options.vocabulary)
    examples, facts = generated(options.vocabulary, options.corpus, options.authored, options.seed, options.cases)
    prose = prose_blocks(tokenizer, options.corpus)
    if options.authored:
        examples += authored(options.authored, tokenizer, options.repeat)
    shares = {gold: sum(one == gold for _, one in facts) / len(facts) for gold in ("SUPPRESS", "ESCALATE", "BLOCK", "PENALISE", "PASS")}
    print(f"{len(examples)} cases, {sum(len(e.prompt) for e in examples) / len(examples):.0f} tokens each, prose {prose.size} tokens, {time.time() - began:.0f} s; {shares}", flush=True)

    shape = Shape(**json.loads(options.shape))
    model = Judge(shape).to(device)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}M parameters", flush=True)
    if device == "cuda":
        torch._dynamo.config.cache_size_limit = 64
        model.hidden = torch.compile(model.hidden)
    decayed = [p for p in model.parameters() if p.dim() == 2]
    plain = [p for p in model.parameters() if p.dim() < 2]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=options.rate, betas=(0.9, 0.95))

    lengths = np.array([len(e.prompt) + len(e.finding) for e in examples])
    plan = [batch for _ in range(math.ceil(options.passes)) for batch in batches(lengths, options.batch, rng)]
    plan = plan[: round(len(plan) * options.passes / math.ceil(options.passes))]
    training = time.time()
    left = options.seconds - (training - began)
    log = open(options.log, "w")
    seen = 0
    for step, (padded, members) in enumerate(plan):
        done = max(step / len(plan), (time.time() - training) / left)
        if done >= 1:
            break
        rate = options.rate * min(1, (step + 1) / 200) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        rows = [np.concatenate([examples[i].prompt, examples[i].finding]) for i in members]
        starts = torch.tensor([len(examples[i].prompt) for i in members], device=device)
        ends = torch.tensor([len(row) for row in rows], device=device)
        tokens = pad(rows, padded + 1).to(device, non_blocking=True)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            first, rest, prompt = losses(model, tokens, starts, ends)
            loss = FIRST * first + REST * rest + PROMPT * prompt
            read = None
            if step % 12 == 0:
                block = torch.from_numpy(prose[rng.integers(0, len(prose), max(1, options.batch // PROSE_TOKENS))].astype(np.int64)).to(device)
                read = F.cross_entropy(model(block[:, :-1]).float().flatten(0, 1), block[:, 1:].flatten())
                loss = loss + PROSE * read
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        seen += padded * len(members)
        if step % 50 == 0:
            row = {"step": step, "of": len(plan), "done": round(done, 3), "first": round(first.item(), 4), "rest": round(rest.item(), 4), "prompt": round(prompt.item(), 4),
                   "prose": None if read is None else round(read.item(), 3), "rate": round(rate, 6), "tokens": seen, "seconds": round(time.time() - training, 1)}
            log.write(json.dumps(row) + "\n")
            log.flush()
            if step % 400 == 0:
                print(row, flush=True)
    torch.save({"shape": shape.as_dict(), "state": {k: v.half() if v.dim() == 2 else v for k, v in model.state_dict().items()}}, options.out)
    print(f"{step} steps, {seen / 1e6:.0f}M tokens, {seen / (time.time() - training) / 1e6:.2f}M tokens/s", flush=True)


if __name__ == "__main__":
    main()
