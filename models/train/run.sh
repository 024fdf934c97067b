#!/usr/bin/env bash
# The whole training in one go, on a CUDA machine: base, adapter, evaluation, GGUF. Everything lands in $1.
#   CORPUS=english.txt.gz AUTHORED=rendered.jsonl EVAL=rendered.jsonl models/train/run.sh out
# BASE_CASES, BASE_SECONDS, ORPO_CASES, ORPO_SECONDS bound the work; AUTHORED and EVAL may be left out.
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")"
mkdir -p "$out"
vocabulary=${VOCABULARY:-tokenizer.json}
python3 -u base.py --vocabulary "$vocabulary" --corpus "$CORPUS" --cases "${BASE_CASES:-800000}" --passes "${BASE_PASSES:-3}" \
  ${AUTHORED:+--authored "$AUTHORED"} --seconds "${BASE_SECONDS:-360}" --log "$out/base.log.jsonl" --out "$out/base.pt"
python3 -u evaluate.py --vocabulary "$vocabulary" --base "$out/base.pt" ${EVAL:+--cases "$EVAL"}
python3 -u orpo.py --vocabulary "$vocabulary" --corpus "$CORPUS" --base "$out/base.pt" --cases "${ORPO_CASES:-150000}" \
  ${AUTHORED:+--authored "$AUTHORED"} --seconds "${ORPO_SECONDS:-120}" --log "$out/orpo.log.jsonl" --out "$out/lora.pt"
python3 -u evaluate.py --vocabulary "$vocabulary" --base "$out/base.pt" --lora "$out/lora.pt" ${EVAL:+--cases "$EVAL"} --out "$out/scores.jsonl"
python3 -u export.py --vocabulary "$vocabulary" --base "$out/base.pt" --lora "$out/lora.pt" --name "${NAME:-presend-judge-1}" --out "$out/gguf"
