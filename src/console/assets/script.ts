// The only script of ours on the pages: comforts that work on top of what works without any.

import { keysScript } from './keys-script.ts';
import { liveScript } from './live-script.ts';

const formsAndPictures = `'use strict';
// A choice in a form takes effect at once.
document.addEventListener('change', (event) => {
  const form = event.target instanceof HTMLSelectElement && event.target.closest('form[data-at-once]');
  if (form) form.requestSubmit();
});
// All boxes of a form at once; it says itself what it does next.
for (const button of document.querySelectorAll('button[data-tick-all]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const boxes = [...document.querySelectorAll('input[type=checkbox][form="' + button.dataset.tickAll + '"]')];
    const ticked = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = ticked;
  });
}
// A diagram as PNG: drawn by the browser, twice as large, from the same SVG that can be downloaded.
for (const button of document.querySelectorAll('button[data-png]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement('canvas');
      canvas.width = picture.naturalWidth * 2;
      canvas.height = picture.naturalHeight * 2;
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((file) => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(file);
        link.download = button.dataset.name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      }, 'image/png');
    };
    picture.src = button.dataset.png;
  });
}
`;

/** Plain JavaScript for browsers; served as it is. */
export const script = [formsAndPictures, liveScript, keysScript].join('');
