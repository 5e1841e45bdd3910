import { render } from 'preact';
import { connect } from './state/connect.ts';
import { Page } from './state/page.ts';
import { createTheme } from './state/theme.ts';
import { viewFromHash } from './state/view-hash.ts';
import './style/base.css';
import './style/header.css';
import './style/map.css';
import './style/drawing.css';
import './style/panel.css';
import './style/table.css';
import './style/dns.css';
import { App } from './ui/app.tsx';
import { PageContext } from './ui/page-context.ts';

const page = new Page(viewFromHash(location.hash));
const theme = createTheme();
const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element #page');

addEventListener('hashchange', () => {
  page.show(viewFromHash(location.hash));
});
connect(page);
render(
  <PageContext.Provider value={page}>
    <App theme={theme} />
  </PageContext.Provider>,
  root,
);
