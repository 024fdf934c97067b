import { Anchor, Text } from '@mantine/core';
import type { Enrolment } from '../../access/web-types.ts';

/** A QR code for the authenticator app, and the secret for who has no camera at hand. */
export function EnrolmentView({ enrolment: { qr, secret, uri } }: { enrolment: Enrolment }) {
  return (
    <div>
      <svg className="access-qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" shapeRendering="crispEdges">
        <title>QR code for your authenticator app</title>
        <path d={qr.path} fill="#000" />
      </svg>
      <Text size="sm" mt="xs">
        On this device:{' '}
        <Anchor size="sm" underline="always" href={uri}>
          open the authenticator app
        </Anchor>
        . Or type the key <span className="access-secret">{secret.replaceAll(/(.{4})(?=.)/gu, '$1 ')}</span>
      </Text>
    </div>
  );
}
