// The media engine, in its DASH build. Imported from here only, so that there is one place to change it.
import engine from 'shaka-player/dist/shaka-player.dash-es2021.js';

export { engine as shaka };
