import { PROVIDER_WIRES } from './provider-wires.ts';
import { upstreamContract } from './upstream.case.ts';

for (const wire of PROVIDER_WIRES) upstreamContract(wire);
