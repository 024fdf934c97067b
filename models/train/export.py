"""
Writes base and adapter as GGUF.

    python export.py --vocabulary tokenizer.json --base base.pt --lora lora.pt --name presend-judge-1 --out folder
"""

import argparse
from pathlib import Path

import torch

from gguf import write_base, write_lora
from model import Shape
from tokenizer import Tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--lora", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    base = torch.load(options.base, map_location="cpu")
    state = {name: tensor.float().numpy() for name, tensor in base["state"].items()}
    write_base(folder / "base.gguf", Shape(**base["shape"]), state, Tokenizer.load(options.vocabulary), options.name)
    lora = torch.load(options.lora, map_location="cpu")
    write_lora(folder / "lora.gguf", {name: tensor.float().cpu().numpy() for name, tensor in lora["state"].items()}, lora["alpha"], f"{options.name} adapter")
    for file in sorted(folder.glob("*.gguf")):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main()
