import { useParams } from 'wouter';
import { MessageView } from '../review/message-view.tsx';

export default function MessagePage() {
  const { id } = useParams<{ id: string }>();
  return <MessageView id={id} />;
}
