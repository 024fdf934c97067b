"""
Draws the loss curves of a run as SVG, without any library.

    python plot.py runs/presend-judge-1
"""

import json
import sys
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM = 760, 260, 50, 30
COLOURS = ["#1b6ca8", "#c8553d", "#4d7c0f", "#7c3aed"]


def smooth(values: list[float], share: float = 0.85) -> list[float]:
    made, last = [], values[0]
    for value in values:
        last = share * last + (1 - share) * value
        made.append(last)
    return made


def panel(title: str, rows: list[dict], keys: list[str], top: float, at: int) -> str:
    """One chart: steps across, loss upwards to `top`; each of `keys` is a smoothed line."""
    steps = rows[-1]["step"] or 1
    x = lambda step: LEFT + (WIDTH - LEFT - 10) * step / steps
    y = lambda loss: at + 20 + (HEIGHT - BOTTOM - 20) * (1 - min(loss, top) / top)
    parts = [f'<text x="{LEFT}" y="{at + 12}" font-weight="bold">{title}</text>']
    for number in range(5):
        loss = top * number / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(loss):.1f}" y2="{y(loss):.1f}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss:g}</text>')
    for number, key in enumerate(keys):
        seen = [(row["step"], row[key]) for row in rows if row.get(key) is not None]
        line = " ".join(f"{x(step):.1f},{y(abs(loss)):.1f}" for (step, _), loss in zip(seen, smooth([loss for _, loss in seen])))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[number]}" stroke-width="1.5"/>')
        parts.append(f'<text x="{WIDTH - 20}" y="{at + 14 + 14 * number}" text-anchor="end" fill="{COLOURS[number]}">{key}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{at + HEIGHT - 6}" text-anchor="middle">step (of {steps})</text>')
    return "\n".join(parts)


def main() -> None:
    folder = Path(sys.argv[1])
    read = lambda name: [json.loads(line) for line in (folder / name).read_text().splitlines()]
    panels = [
        panel("Base: cross-entropy of the finding's first token, the rest of it, and the mail", read("base.log.jsonl"), ["first", "rest", "prompt"], 3.0, 0),
        panel("Adapter (ORPO): loss; likelihood of the right and the wrong answer (negated)", read("orpo.log.jsonl"), ["loss", "right", "wrong"], 8.0, HEIGHT + 10),
    ]
    body = "\n".join(panels)
    (folder / "curves.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{2 * HEIGHT + 20}" font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')


if __name__ == "__main__":
    main()
