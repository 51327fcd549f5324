// The entry point: styles, the kind of screen, and the app.
import '@fontsource-variable/inter/wght.css';
import './design/tokens.css';
import './design/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { applyTv, detectTv } from './state/mode';

applyTv(detectTv());

const target = document.getElementById('app');
if (!target) throw new Error('the page has no element with id "app" to show Marquee in');
mount(App, { target });
