import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, loadFirstPage } from './app.tsx';
import { applyTheme } from './preferences.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/live.css';
import './styles/camera.css';
import './styles/review.css';
import './styles/pages.css';
import './styles/setup.css';
import './styles/statistics.css';
import './styles/fire.css';
import './styles/plates.css';

applyTheme();
loadFirstPage();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
