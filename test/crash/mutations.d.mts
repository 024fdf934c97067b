export const MUTATIONS: Record<
  | 'no hand-over mark'
  | 'deferred counts as relayed'
  | 'a hold does not hold'
  | 'forgetful'
  | 'unaudited'
  | 'deaf to opt-outs'
  | 'no dedupe',
  string[]
>;
