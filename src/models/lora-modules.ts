/** The weights of a Qwen2 block that an adapter may change: PEFT's name and GGUF's. */
const MODULES: readonly (readonly [peft: string, gguf: string])[] = [
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
];

/** Base architectures whose weights GGUF keeps as PyTorch does, so that A and B need no transposing or permuting. */
export const ARCHITECTURES: readonly string[] = ['qwen2'];

/** "q_proj" → "attn_q"; null for a module that cannot be imported. */
export function moduleOfTarget(target: string): string | null {
  return MODULES.find(([peft]) => peft.split('.')[1] === target.split('.').at(-1))?.[1] ?? null;
}

export interface LoraPart {
  layer: number;
  /** GGUF's name of the module, "attn_q" … */
  module: string;
  part: 'a' | 'b';
}

const PEFT_NAME =
  /^base_model\.model\.model\.layers\.(0|[1-9]\d{0,3})\.((?:self_attn|mlp)\.[a-z]+_proj)\.lora_([AB])(?:\.default)?\.weight$/;
const GGUF_NAME = /^blk\.(0|[1-9]\d{0,3})\.([a-z_]+)\.weight\.lora_([ab])$/;

/** Which part of which module a PEFT tensor is; null for anything else. */
export function parsePeftName(name: string): LoraPart | null {
  const [, layer, peft, part] = PEFT_NAME.exec(name) ?? [];
  const module = MODULES.find(([known]) => known === peft)?.[1];
  return module ? { layer: Number(layer), module, part: part === 'A' ? 'a' : 'b' } : null;
}

/** As `parsePeftName`, for a tensor of a GGUF adapter. */
export function parseGgufName(name: string): LoraPart | null {
  const [, layer, module, part] = GGUF_NAME.exec(name) ?? [];
  if (!module || !MODULES.some(([, known]) => known === module)) return null;
  return { layer: Number(layer), module, part: part === 'a' ? 'a' : 'b' };
}

/** The base weight that an adapter's part belongs to. */
export const weightName = (layer: number, module: string): string => `blk.${layer}.${module}.weight`;
