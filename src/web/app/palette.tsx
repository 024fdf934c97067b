import '@mantine/core/styles/Modal.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/spotlight/styles.css';
import { Spotlight, createSpotlight } from '@mantine/spotlight';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { type Command, byGroup, commandsNow } from '../parts/commands.ts';
import { PAGES, type PagePlace } from './pages.ts';
import { useAccount } from './session.tsx';

const [store, palette] = createSpotlight();

/** Pages, what can be done here, and search, by typing. Mounted = open. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { role } = useAccount();
  const [, navigate] = useLocation();
  const [query, setQuery] = useState('');
  const [commands] = useState(() => commandsNow().filter(({ keyOnly }) => !keyOnly));
  useEffect(() => {
    palette.open();
  }, []);
  const words = query.trim().toLowerCase();
  const match = (text: string): boolean =>
    words.split(/\s+/u).every((word) => text.toLowerCase().includes(word));
  const pages: Command[] = [
    ...(PAGES as readonly PagePlace[])
      .filter((page) => page.nav && page.roles.includes(role))
      .map((page) => ({
        id: page.path,
        label: page.nav?.label ?? '',
        group: 'Pages',
        run: () => navigate(page.path.replace(/\/:.*$/u, '')),
      })),
    { id: '/account', label: 'Your account', group: 'Pages', run: () => navigate('/account') },
  ];
  const found = [...commands, ...pages].filter(({ label, group }) => match(`${label} ${group}`));
  const groups = byGroup(found);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      onSpotlightClose={onClose}
      transitionProps={{ duration: 0 }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.45 }}
      scrollable
      maxHeight={420}
    >
      <Spotlight.Search placeholder="Where to, or what to do?" aria-label="Find pages, acts and mail" />
      <Spotlight.ActionsList>
        {[...groups].map(([group, commands]) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {commands.map(({ id, label, keys, run }) => (
              <Spotlight.Action
                key={id}
                label={label}
                onClick={run}
                rightSection={keys?.[0] && <kbd>{keys[0]}</kbd>}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {words !== '' && (
          <Spotlight.ActionsGroup label="Search">
            <Spotlight.Action
              label={`Held mail with “${query.trim()}”`}
              onClick={() => navigate(`/queue?q=${encodeURIComponent(query.trim())}`)}
            />
            <Spotlight.Action
              label={`Every mail with “${query.trim()}”`}
              onClick={() => navigate(`/queue?q=${encodeURIComponent(query.trim())}&state=all`)}
            />
          </Spotlight.ActionsGroup>
        )}
        {words === '' && found.length === 0 && <Spotlight.Empty>Type to search</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
