import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { LiveArea } from './io.ts';
import { sized } from './sized.ts';

/** Lines at the bottom of a terminal that are redrawn in place. */
export function createLiveArea(output: WriteStream): LiveArea {
  const render = createLogUpdate(sized(output));
  let shown = '';
  return {
    show(text) {
      shown = text;
      if (text === '') render.clear();
      else render(text);
    },
    above(print) {
      render.clear();
      print();
      if (shown !== '') render(shown);
    },
    clear() {
      shown = '';
      render.clear();
    },
    [Symbol.dispose]() {
      render.done();
    },
  };
}
