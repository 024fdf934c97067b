import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import { Button, Checkbox, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { RULES, type RuleName } from '../../judge/verdict.ts';
import type { BrandDamageBody, BrandDamageResult } from '../../review/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { tellFailure } from '../parts/notify.ts';
import { reasonChip } from '../parts/words.ts';

/** Asks what happened, says what the report does before it is sent, and what it did after. */
export default function DamageDialog({
  delivery: { id, engine, recipient },
  onClose,
  onReported,
}: {
  delivery: { id: string; engine: string; recipient: string };
  onClose: () => void;
  onReported: () => void;
}) {
  const [what, setWhat] = useState('');
  const [rule, setRule] = useState<RuleName | ''>('');
  const [stop, setStop] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [result, setResult] = useState<BrandDamageResult | null>(null);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setWrong(null);
    const body: BrandDamageBody = {
      what_happened: what.trim(),
      rule: rule === '' ? null : rule,
      stop_engine: stop,
    };
    try {
      const path = `/deliveries/${encodeURIComponent(id)}/brand-damage`;
      setResult(await api.post<BrandDamageResult>(path, body));
      onReported();
    } catch (error) {
      const field = error instanceof ApiFailure ? error.fields['what_happened'] : undefined;
      if (field === undefined) tellFailure(error, 'Not reported');
      else setWrong(field);
    } finally {
      setBusy(false);
    }
  };

  if (result) return <Reported result={result} onClose={onClose} />;
  return (
    <Dialog
      title="Report brand damage"
      size="medium"
      onClose={onClose}
      onSubmit={() => void submit()}
      closeOnClickOutside={what === ''}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={busy} onClick={() => void submit()}>
            Report it now
          </Button>
        </>
      }
    >
      <Stack gap="sm">
        <Text size="sm">
          The mail to {recipient} went out and should not have. With this report, at once:
        </Text>
        <ul className="damage-effects">
          <li>the kill switch trips: the adapter is out of the judgement from the next message on;</li>
          <li>everybody is told, with the id of this mail and its engine, in quiet hours too;</li>
          <li>what a rule stops stays stopped, and what is held stays held;</li>
          <li>only an admin arms the switch again, with a reason.</li>
        </ul>
        <Textarea
          label="What happened"
          description="For whoever looks into it: who complained, about what."
          value={what}
          onChange={(event) => setWhat(event.currentTarget.value)}
          error={wrong}
          maxLength={2_000}
          rows={3}
          required
          data-autofocus
        />
        <NativeSelect
          label="The rule that should have stopped it"
          value={rule}
          onChange={(event) => setRule(event.currentTarget.value as RuleName | '')}
          data={[
            { value: '', label: 'None of the rubric’s, or not known' },
            ...RULES.map((name) => ({ value: name, label: reasonChip(name) })),
          ]}
        />
        <Checkbox
          label={`Stop engine ${engine} too`}
          description="All it sends from now on is accepted and held; an admin starts it again."
          checked={stop}
          onChange={(event) => setStop(event.currentTarget.checked)}
        />
      </Stack>
    </Dialog>
  );
}

function Reported({ result, onClose }: { result: BrandDamageResult; onClose: () => void }) {
  const { report, earlier, kill_switch, engine, label } = result;
  return (
    <Dialog
      title="Reported"
      size="medium"
      onClose={onClose}
      footer={
        <Button onClick={onClose} data-autofocus>
          Close
        </Button>
      }
    >
      <ul className="damage-effects" role="status">
        <li>
          Report {report.id} is kept
          {earlier > 0 && `; this mail was reported ${earlier === 1 ? 'once' : `${earlier} times`} before`}.
        </li>
        <li>
          {kill_switch.tripped
            ? `The kill switch is tripped: the adapter is ${kill_switch.mode === 'off' ? 'not asked' : 'in shadow'} from the next message on.`
            : `The kill switch was tripped already (${kill_switch.mode}).`}
        </li>
        <li>
          {engine.stopped_now
            ? `Engine ${engine.name} is stopped: all its mail is held.`
            : engine.mode === 'stopped'
              ? `Engine ${engine.name} was stopped already.`
              : `Engine ${engine.name} goes on.`}
        </li>
        <li>
          {label === 'wrong'
            ? 'The judge counts as wrong about this mail.'
            : 'The judge had wanted it stopped, so it counts as right about this mail.'}
        </li>
      </ul>
    </Dialog>
  );
}
