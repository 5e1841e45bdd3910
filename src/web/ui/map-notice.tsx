import type { ComponentChildren } from 'preact';
import type { Status } from '../api/status.ts';
import { formatClock } from '../format.ts';
import { showAll } from '../state/view-changes.ts';
import { CopyCommand } from './copy-command.tsx';
import { Icon } from './icons.tsx';
import { usePage } from './page-context.ts';

/** What the map says when it has nothing, or nothing new, to draw. */
export function MapNotice() {
  const page = usePage();
  const { graph } = page.feed.shown.value;
  const link = page.link.value;
  const { query } = page.view.value;
  const refusal = page.refusal.value;

  if (refusal !== undefined) {
    return (
      <Card title="The agent does not take this search" alarming>
        <p>{refusal}</p>
        <button
          type="button"
          class="button"
          onClick={() => page.change(() => ({ query: '', since: undefined, until: undefined }))}
        >
          Clear search and window
        </button>
      </Card>
    );
  }
  if (link === 'lost')
    return graph === undefined ? <AgentUnreachable /> : <AgentLost since={graph.generatedAt} />;
  const probe = page.status.value?.probe;
  if (probe?.connected === false) {
    return graph === undefined || graph.nodes.size === 0 ? (
      <ProbeUnreachable probe={probe} />
    ) : (
      <ProbeLost probe={probe} />
    );
  }
  if (graph === undefined) {
    return (
      <Card title="Connecting to the agent…">
        <p>Waiting for the first map.</p>
      </Card>
    );
  }
  const isFiltered = page.search.value.filters.length > 0;
  if (graph.nodes.size === 0 && !isFiltered) return <NoTraffic />;
  if (page.visible.value?.nodes.length !== 0) return null;
  return query === '' ? <AllHidden /> : <NothingFound />;
}

function NothingFound() {
  const page = usePage();
  const { words, unwanted } = page.search.value;
  const nodes = page.feed.shown.value.graph?.nodes.size ?? 0;
  return (
    <Card title={`Nothing matches “${page.view.value.query}”`}>
      {words.length + unwanted.length > 0 && nodes > 0 ? (
        <p>Names, addresses, pids and ports of the {nodes} nodes on the map were searched.</p>
      ) : (
        <p>No connection of the window fits the filters. A longer window or fewer filters show more.</p>
      )}
      <button type="button" class="button" onClick={() => page.change(() => ({ query: '' }))}>
        Clear search
      </button>
    </Card>
  );
}

function AllHidden() {
  const page = usePage();
  return (
    <Card title="All nodes are hidden">
      <p>What you hid, the noise rules, the focus or the slider leave nothing to draw.</p>
      <button type="button" class="button" onClick={() => page.change(showAll())}>
        Show all
      </button>
    </Card>
  );
}

function NoTraffic() {
  return (
    <Card title="No traffic seen yet">
      <p>The probe is watching. Any connection of this node appears here within a second; make one:</p>
      <CopyCommand command={`curl -s ${location.origin}/health`} />
    </Card>
  );
}

function AgentUnreachable() {
  const trouble = usePage().trouble.value;
  return (
    <Card title="The agent does not answer" alarming>
      <p>
        This page could not read <code>{location.origin}/api/v1/map</code>. It keeps trying; meanwhile check
        that node-agent runs:
      </p>
      <CopyCommand command={`curl -s ${location.origin}/api/v1/status`} />
      <p>No answer: start node-agent, or the port-forward to it. An answer says what is wrong.</p>
      {trouble !== undefined && <p class="trouble">The last try said: {trouble}</p>}
    </Card>
  );
}

function ProbeUnreachable({ probe }: { probe: Status['probe'] }) {
  return (
    <Card title="system-probe does not answer" alarming>
      <p>
        node-agent runs, but cannot read the probe at <code>{probe.socket}</code>. It keeps trying; meanwhile
        check, as root, that system-probe runs:
      </p>
      <CopyCommand command={`curl -s --unix-socket ${probe.socket} http://localhost/v1/status`} />
      <p>No answer: start system-probe as root, or give both programs the same socket.</p>
      {probe.lastError !== undefined && <p class="trouble">The last try said: {probe.lastError.message}</p>}
    </Card>
  );
}

function ProbeLost({ probe }: { probe: Status['probe'] }) {
  return (
    <Banner title="system-probe does not answer.">
      Nothing new comes from <code>{probe.socket}</code>; the agent is trying again.
    </Banner>
  );
}

function AgentLost({ since }: { since: string }) {
  return (
    <Banner title="Connection to the agent lost.">
      This is the map of {formatClock(since)}; trying again.
    </Banner>
  );
}

function Banner({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <p class="map-banner" role="alert">
      <Icon name="warn" />
      <span>
        <strong>{title}</strong> {children}
      </span>
    </p>
  );
}

interface CardProps {
  title: string;
  alarming?: boolean;
  children: ComponentChildren;
}

function Card({ title, alarming = false, children }: CardProps) {
  return (
    <div class={`map-card${alarming ? ' alarming' : ''}`} role={alarming ? 'alert' : 'status'}>
      <h3>
        {alarming && <Icon name="warn" />}
        {title}
      </h3>
      {children}
    </div>
  );
}
