import { useSignal } from '@preact/signals';
import { flowsCommand, mapCommand } from '../search/command.ts';
import { windowParams } from '../state/time-window.ts';
import { CopyCommand } from './copy-command.tsx';
import { Icon } from './icons.tsx';
import { Menu } from './menu.tsx';
import { usePage } from './page-context.ts';

/** The view as a link, and what asks the same in a shell. */
export function ShareMenu() {
  const page = usePage();
  const { since, until } = windowParams(page.view.value);
  const { filters, words, unwanted } = page.search.value;
  const question = { server: location.origin, filters, since, until };
  return (
    <Menu
      class="to-left"
      title="A link to this view, and the same on the command line"
      label={
        <>
          <Icon name="share" />
          Share
        </>
      }
    >
      <LinkButton />
      <h3>The same map in a shell</h3>
      <CopyCommand command={mapCommand({ ...question, group: page.group.value ?? 'process' })} />
      <h3>The same flows in a shell</h3>
      <CopyCommand command={flowsCommand(question)} />
      {words.length + unwanted.length > 0 && (
        <p class="hint">Words of the search have no option; filters such as port:443 do.</p>
      )}
    </Menu>
  );
}

function LinkButton() {
  const copied = useSignal(false);
  return (
    <button
      type="button"
      class="button"
      onClick={() =>
        void navigator.clipboard?.writeText(location.href).then(() => {
          copied.value = true;
        })
      }
    >
      <Icon name="copy" />
      {copied.value ? 'Copied' : 'Copy link to this view'}
    </button>
  );
}
