import { DEMO_MAILS } from '../../src/cli/demo-mails.ts';
import { type TestGate, sendTo, startGate } from './gate.ts';

/** A gate as a newcomer has it – the example CRM, the engine `demo` – through which the demo's mails have gone. */
export async function populatedGate(options: Parameters<typeof startGate>[0] = {}): Promise<TestGate> {
  const gate = await startGate({ keepEngines: true, ...options });
  for (const { to, subject, text } of DEMO_MAILS) {
    // A suppressed mail is refused, which nodemailer throws.
    await sendTo(gate.port, { from: 'Mara Lindt <mara@demo.example>', to, subject, text }).catch(
      (error: { responseCode?: number }) => {
        if (error.responseCode !== 550) throw error;
      },
    );
  }
  await gate.until((all) => all.length > 0 && all.every((one) => one.state !== 'received'), 'all judged');
  return gate;
}
