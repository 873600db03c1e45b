/* Photos of the site: at most 1600 px, JPEG; what the camera wrote into the file (position, device) is gone. */
'use strict';
const Photos = (() => {
  const SIDE = 1600;
  const decoded = file => createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => new Promise((done, failed) => {
    const image = new Image(), address = URL.createObjectURL(file);
    image.onload = () => { URL.revokeObjectURL(address); done(image); };
    image.onerror = () => { URL.revokeObjectURL(address); failed(new Error('unreadable')); };
    image.src = address;
  }));
  async function shrink(file) {
    const image = await decoded(file), scale = Math.min(1, SIDE / Math.max(image.width, image.height)), canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => canvas.toBlob(blob => blob ? done(blob) : failed(new Error('unreadable')), 'image/jpeg', 0.8));
  }

  /* The photos of one step: taken, shown, taken out again. `kept` is the draft's own list; `save` writes the draft. */
  function block(kept, save) {
    const strip = el('div', { className: 'strip' }), wrong = el('p', { className: 'err', role: 'alert' });
    const input = el('input', { type: 'file', id: 'photo', accept: 'image/*', capture: 'environment', multiple: true, className: 'sr' });
    const draw = () => strip.replaceChildren(...kept.map((photo, index) => {
      const image = el('img', { alt: '', src: URL.createObjectURL(photo.blob) });
      image.onload = () => URL.revokeObjectURL(image.src);
      return el('span', {}, image, el('button', { type: 'button', 'aria-label': say('remove_photo', { n: index + 1 }), onclick: () => { kept.splice(index, 1); draw(); save(); } }, '×'));
    }));
    input.addEventListener('change', async () => {
      wrong.textContent = '';
      for (const file of Array.from(input.files)) {
        if (kept.length >= T.most_photos) { wrong.textContent = say('photo_many', { n: T.most_photos }); break; }
        try { kept.push({ name: `site-${Date.now()}-${kept.length + 1}.jpg`, blob: await shrink(file) }); }
        catch (unreadable) { wrong.textContent = say('photo_bad'); }
      }
      input.value = '';
      await save();
      draw();
    });
    draw();
    return el('div', { className: 'field' }, input, el('label', { className: 'btn plain wide', htmlFor: 'photo' }, say('add_photos')), wrong, strip);
  }
  return { block, shrink };
})();
