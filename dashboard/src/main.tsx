import './styles/base.css';
import './styles/layout.css';
import './styles/panels.css';
import './styles/controls.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { adoptTokenFromUrl } from './session.ts';
import { applyTheme } from './state/theme.ts';

adoptTokenFromUrl();
applyTheme();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
