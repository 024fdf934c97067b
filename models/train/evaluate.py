"""
What base and adapter say of labelled cases: per set, how many bad ones are stopped and exact, how many good ones are
stopped (argmax, before calibration), and every case's five log-likelihoods for a closer look.

    python evaluate.py --vocabulary tokenizer.json --base base.pt --lora lora.pt --cases rendered.jsonl --out scores.jsonl
"""

import argparse
import json
from collections import defaultdict

import numpy as np
import torch

from cases.generate import DECISION
from data import BUCKETS, generated, pad, rendered
from model import Judge, Shape, add_lora
from tokenizer import Tokenizer

LABELS = ["SUPPRESS", "ESCALATE", "BLOCK", "PENALISE", "PASS"]
FINDINGS = [*DECISION, "none"]


def load(base: str, lora: str | None) -> Judge:
    saved = torch.load(base, map_location="cpu")
    model = Judge(Shape(**saved["shape"]))
    model.load_state_dict({k: v.float() for k, v in saved["state"].items()}, strict=False)
    if lora:
        adapter = torch.load(lora, map_location="cpu")
        add_lora(model, adapter["rank"], adapter["alpha"])
        model.load_state_dict(adapter["state"], strict=False)
    return model.eval()


@torch.no_grad()
def label_likelihoods(model: Judge, prompts: list[np.ndarray], labels: list[int], device: str) -> np.ndarray:
    """[cases, labels] ln p of each label as the next token."""
    made = np.zeros((len(prompts), len(labels)), np.float32)
    order = np.argsort([len(p) for p in prompts])
    for start in range(0, len(order), 64):
        members = order[start : start + 64]
        longest = max(len(prompts[i]) for i in members)
        padded = next((b for b in BUCKETS if b >= longest), 2048)
        tokens = pad([prompts[i] for i in members], padded).to(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            hidden = model.hidden(tokens)
        last = hidden[torch.arange(len(members)), [len(prompts[i]) - 1 for i in members]].float()
        made[members] = (last @ model.token_embd.weight.float().t()).log_softmax(-1)[:, labels].cpu().numpy()
    return made


def table(name: str, golds: list[str], groups: list[str], said: list[str]) -> None:
    bad = [i for i, gold in enumerate(golds) if gold != "PASS"]
    good = [i for i, gold in enumerate(golds) if gold == "PASS"]
    exact = sum(said[i] == golds[i] for i in bad)
    stopped = sum(said[i] != "PASS" for i in bad)
    wrongly = sum(said[i] != "PASS" for i in good)
    print(f"{name:14} bad {len(bad):5} exact {100 * exact / max(1, len(bad)):5.1f} stopped {100 * stopped / max(1, len(bad)):5.1f}   good {len(good):5} stopped {100 * wrongly / max(1, len(good)):5.1f}")
    by = defaultdict(lambda: [0, 0, 0, 0])
    for gold, group, one in zip(golds, groups, said):
        by[group][0 if gold != "PASS" else 2] += one == gold if gold != "PASS" else one != "PASS"
        by[group][1 if gold != "PASS" else 3] += 1
    print("   " + "  ".join(f"{group}: {a}/{b} {c}/{d}" for group, (a, b, c, d) in sorted(by.items())), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--lora")
    parser.add_argument("--cases", help="rendered cases (render-cases.ts)")
    parser.add_argument("--fresh", type=int, default=4000, help="generated cases of a seed that no training uses")
    parser.add_argument("--out")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = Tokenizer.load(options.vocabulary)
    # Without an adapter the base names a finding; its first token tells which.
    names = LABELS if options.lora else FINDINGS
    meant = LABELS if options.lora else [*DECISION.values(), "PASS"]
    labels = [tokenizer.ids[name] if options.lora else tokenizer.encode(name)[0] for name in names]
    assert len(set(labels)) == len(labels)
    model = load(options.base, options.lora).to(device)
    if options.fresh:
        examples, facts = generated(options.vocabulary, None, None, 900, options.fresh)
        scores = label_likelihoods(model, [e.prompt for e in examples], labels, device)
        table("generated", [gold for _, gold in facts], [focus for focus, _ in facts], [meant[i] for i in scores.argmax(1)])
    if options.cases:
        held = rendered(options.cases, tokenizer)
        scores = label_likelihoods(model, [case["tokens"] for case in held], labels, device)
        said = [meant[i] for i in scores.argmax(1)]
        for name in dict.fromkeys(case["set"] for case in held):
            members = [i for i, case in enumerate(held) if case["set"] == name]
            table(name, [held[i]["gold"] for i in members], [held[i].get("probe") or "-" for i in members], [said[i] for i in members])
        if options.out:
            with open(options.out, "w") as file:
                for case, row in zip(held, scores):
                    file.write(json.dumps({"id": case["id"], "set": case["set"], "gold": case["gold"], "scores": [round(float(x), 4) for x in row]}) + "\n")


if __name__ == "__main__":
    main()
