"""
The prompt as the gate writes it: src/judge/adapter/context-lines.ts with the profile presend-lines of
models/registry.yaml. A test compares the two on cases written by this file.
"""

import json
import re

TEMPLATE = """<|im_start|>system
You judge one sales mail against the record of its recipient. The first line that applies decides.
SUPPRESS: any disqualifier, or the channel is opted out of.
ESCALATE: the recipient is C-level and the headcount is over 2000.
BLOCK: the mail carries words of another thread, states unsure funding as fact, promises committed people or pushes what was declined.
PENALISE: a timeline without its caveat to a regulated company, language of another company stage, generic or wrong peers.
PASS: none of these.<|im_end|>
<|im_start|>user
{context}

Mail:
{draft}<|im_end|>
<|im_start|>assistant
"""

PREFIX, MIDDLE, SUFFIX = re.split(r"\{context\}|\{draft\}", TEMPLATE)
SIGNAL_CHARACTERS = 6000
THREAD, FOREIGN, PEERS, COMMITMENTS, TEXT = 8, 6, 12, 12, 400


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def plain(value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _signal(path: str, value, depth: int) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, (dict, list)):
        return [f"signal {flat(path)}: {flat(plain(value))}"]
    if depth >= 6:
        return [f"signal {flat(path)}: {flat(plain(value))}"]
    if isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            return [f"signal {flat(path)}: {', '.join(flat(plain(item)) for item in value)}"] if value else []
        items = enumerate(value)
    else:
        items = value.items()
    return [line for key, item in items for line in _signal(f"{path}.{key}", item, depth + 1)]


def context(record: dict, today: str, channel: str = "email") -> str:
    def listed(values):
        return ", ".join(flat(value) for value in values) if values else "none"

    lines = [f"today: {today}", f"channel: {channel}"]

    def add(name: str, value):
        if value is not None and value != "" and value != 0:
            lines.append(f"{name}: {flat(str(value))}")

    def known(value):
        return "unknown" if value is None else flat(str(value))

    add("name", record["name"])
    lines.append(f"company: {known(record['company'])}")
    lines.append(f"headcount: {known(record['headcount'])}")
    lines.append(f"role: {known(record['recipient_role'])}")
    add("title", record["title"])
    lines.append(f"stage: {known(record['funding_stage'])}")
    add("amount", record["funding_amount_usd"])
    lines.append(f"confidence: {known(record['funding_confidence'])}")
    lines.append(f"disqualifiers: {listed(record['disqualifiers'])}")
    lines.append(f"opted out: {listed(record['opt_out_channels'])}")
    for name in ("industry", "city", "country", "regulated"):
        add(name, record[name])
    add("thread", record["thread_id"])
    for one in record["commitments"][:COMMITMENTS]:
        note = f" | {flat(one['note'])}" if one.get("note") else ""
        lines.append(f"commitment: {flat(one['subject'])} | {flat(one['type'])} | {one['starts'] or ''} to {one['ends'] or ''}{note}")
    for said in record["thread"][-THREAD:]:
        lines.append(f"{'they' if said['direction'] == 'in' else 'we'} wrote: {flat(said['text'])[:TEXT]}")
    for one in record["foreign"][:FOREIGN]:
        lines.append(f"other thread ({flat(one['source'])}): {flat(one['text'])[:TEXT]}")
    for one in record["peers"][:PEERS]:
        used = f" | used {one['timesUsed']}" if one["timesUsed"] > 0 else ""
        lines.append(f"peer: {flat(one['name'])} | {flat(one['city'] or '')} | {flat(one['industry'] or '')}{used}")
    room = SIGNAL_CHARACTERS
    for key, value in record["available_signals"].items():
        size = len(key) + len(plain(value))
        if size > room:
            continue
        room -= size
        lines.extend(_signal(key, value, 0))
    return "\n".join(lines)


def draft_text(subject: str | None, draft: str) -> str:
    headed = f"Subject: {subject.strip()}\n\n" if subject and subject.strip() else ""
    return headed + draft.strip()


def segments(case: dict) -> list[tuple[str, bool]]:
    """(text, trusted) in order: special tokens are read in trusted text only."""
    return [(PREFIX, True), (context(case["record"], case["today"]), False), (MIDDLE, True), (draft_text(case["subject"], case["draft"]), False), (SUFFIX, True)]
