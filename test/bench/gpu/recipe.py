"""
The published card's recipe beside which presend's verdict is set: transformers, half precision, the whole prompt, then 64
new tokens, with the adapter as PEFT leaves it and merged. Random weights of Qwen2.5-1.5B's shape.

    python3 recipe.py --json OUT [--tokens 750] [--new 64] [--runs 7]

Milliseconds, each run between two torch.cuda.synchronize().
"""

import argparse
import json
import statistics
import time

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

WARM_UP = 2
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SHAPE = dict(
    vocab_size=151_936, hidden_size=1536, intermediate_size=8960, num_hidden_layers=28, num_attention_heads=12,
    num_key_value_heads=2, max_position_embeddings=32_768, rms_norm_eps=1e-6, tie_word_embeddings=True,
    bos_token_id=None, eos_token_id=None, pad_token_id=None,
)  # fmt: skip


def config(layers: int) -> Qwen2Config:
    shape = {**SHAPE, "num_hidden_layers": layers}
    try:
        return Qwen2Config(**shape, rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    except TypeError:  # transformers 4
        return Qwen2Config(**shape, rope_theta=1e6)


def model(device: str, layers: int) -> Qwen2ForCausalLM:
    torch.manual_seed(7)
    torch.set_default_dtype(torch.float16)
    try:
        with torch.device(device):
            made = Qwen2ForCausalLM(config(layers))
    finally:
        torch.set_default_dtype(torch.float32)
    made = made.to(device).eval()
    # No token ends the answer: exactly as many are generated as are asked for.
    made.generation_config.eos_token_id = None
    made.generation_config.pad_token_id = 0
    return made


def with_adapter(base: Qwen2ForCausalLM) -> torch.nn.Module:
    lora = LoraConfig(r=16, lora_alpha=16, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM", init_lora_weights=False)
    return get_peft_model(base, lora).eval()


def timed(device: str, runs: int, work) -> dict:
    def synchronize() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    times = []
    for run in range(WARM_UP + runs):
        synchronize()
        begun = time.perf_counter()
        work(run)
        synchronize()
        if run >= WARM_UP:
            times.append((time.perf_counter() - begun) * 1000)
    return {"p50": statistics.median(times), "min": min(times), "max": max(times), "n": len(times)}


def measure(network: torch.nn.Module, device: str, tokens: int, new: int, runs: int) -> dict:
    generator = torch.Generator().manual_seed(11)
    prompts = [torch.randint(300, 150_000, (1, tokens), generator=generator).to(device) for _ in range(WARM_UP + runs)]
    mask = torch.ones_like(prompts[0])

    def prefill(run: int) -> None:
        network(input_ids=prompts[run], attention_mask=mask, use_cache=True, logits_to_keep=1)

    def answer(run: int) -> None:
        made = network.generate(
            input_ids=prompts[run], attention_mask=mask, do_sample=False, min_new_tokens=new, max_new_tokens=new, pad_token_id=0
        )
        if made.shape[1] != tokens + new:
            raise RuntimeError(f"{made.shape[1] - tokens} new tokens, not {new}")

    with torch.inference_mode():
        return {"prefill_ms": timed(device, runs, prefill), "answer_ms": timed(device, runs, answer)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", required=True)
    parser.add_argument("--tokens", type=int, default=750)
    parser.add_argument("--new", type=int, default=64)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--layers", type=int, default=28)
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    args = (options.device, options.tokens, options.new, options.runs)
    results: dict = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__, "cuda": torch.version.cuda}
    base = model(options.device, options.layers)
    results["parameters"] = sum(parameter.numel() for parameter in base.parameters())
    results["attention"] = getattr(base.config, "_attn_implementation", None)
    try:
        network = with_adapter(base)
        adapter = [parameter for name, parameter in network.named_parameters() if "lora_" in name]
        results["adapter"] = {"parameters": sum(parameter.numel() for parameter in adapter), "dtype": str(adapter[0].dtype)}
        results["unmerged"] = measure(network, *args)
        merged = network.merge_and_unload().eval()
    except (AttributeError, ImportError, TypeError, ValueError) as error:
        # A PEFT that does not go with these transformers. A merged model computes just what one without adapter does.
        results["adapter"] = {"failed": repr(error)}
        print(f"no adapter: {error!r}; merged is measured without one")
        merged = model(options.device, options.layers)
    results["merged"] = measure(merged, *args)
    with open(options.json, "w") as file:
        json.dump(results, file, indent=2)
    for name in ("unmerged", "merged"):
        if name not in results:
            continue
        prefill, answer = (results[name][key]["p50"] for key in ("prefill_ms", "answer_ms"))
        print(f"{name}: prefill {prefill:.1f} ms, with {options.new} new tokens {answer:.0f} ms")


if __name__ == "__main__":
    main()
