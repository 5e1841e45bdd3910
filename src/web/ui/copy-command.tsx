import { useSignal } from '@preact/signals';
import { Icon } from './icons.tsx';

/** A shell command with a button that copies it. */
export function CopyCommand({ command }: { command: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    // The clipboard exists only on https and localhost; selecting the text by hand works everywhere.
    await navigator.clipboard?.writeText(command);
    copied.value = navigator.clipboard !== undefined;
  };
  return (
    <div class="command">
      <code>{command}</code>
      <button type="button" aria-label="Copy the command" onClick={() => void copy()}>
        {copied.value ? 'Copied' : <Icon name="copy" />}
      </button>
    </div>
  );
}
