/* Files of a record: several at once, dropped or pasted, each with its own answer; pictures in a viewer. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-files]'), viewer = document.querySelector('dialog.viewer'), busy = false;
  function on(name, selector, run) {
    document.addEventListener(name, function (e) { var hit = e.target.closest && e.target.closest(selector); if (hit) run(e, hit); });
  }

  /* ---- Sending: one request a file, so that what is refused does not keep the others out */
  function tell(text, wrong) {
    var line = document.createElement('p');
    line.className = wrong ? 'note red' : 'note calm';
    line.textContent = text;
    form.querySelector('.sent').append(line);
  }
  function send(file, part) {
    return new Promise(function (done) {
      var data = new FormData(form), call = new XMLHttpRequest();
      data.delete('file');
      data.append('file', file, file.name);
      call.open('POST', form.action);
      call.setRequestHeader('X-Fragment', '1');
      call.upload.onprogress = function (e) { if (e.lengthComputable) part(e.loaded / e.total); };
      call.onerror = call.onabort = function () { done({ ok: false, text: form.dataset.failed.replace('{name}', file.name) }); };
      call.onload = function () {
        var said = '';
        try { said = JSON.parse(call.responseText).message; } catch (e) { said = ''; }
        if (call.status === 413) said = file.name + ' – ' + form.dataset.large;
        done({ ok: call.status === 201, text: said || form.dataset.failed.replace('{name}', file.name) });
      };
      call.send(data);
    });
  }
  function sendAll(files) {
    if (!form || busy || !files.length) return;
    busy = true;
    var bar = form.querySelector('progress'), refused = 0, chain = Promise.resolve();
    form.querySelector('.sent').textContent = '';
    bar.hidden = false;
    files.forEach(function (file, i) {
      chain = chain.then(function () {
        bar.setAttribute('aria-valuetext', form.dataset.sending.replace('{n}', i + 1).replace('{all}', files.length));
        return send(file, function (share) { bar.value = (i + share) / files.length; });
      }).then(function (answer) { if (!answer.ok) refused += 1; tell(answer.text, !answer.ok); });
    });
    chain.then(function () {
      busy = false;
      bar.hidden = true;
      form.querySelector('[type=file]').value = '';
      if (refused < files.length) refresh();
    });
  }
  function refresh() {                                            // the card alone: whatever is typed elsewhere stays
    fetch(location.href, { headers: { 'X-Files': '1' } }).then(function (answer) { return answer.text(); }).then(function (html) {
      var fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('files');
      if (!fresh) return;
      document.querySelectorAll('#files .thumbs, #files .files, #files .viewer').forEach(function (old) { old.remove(); });
      fresh.querySelectorAll('.thumbs, .viewer, .files').forEach(function (part) { form.before(part); });
      viewer = document.querySelector('dialog.viewer');
    });
  }
  on('submit', 'form[data-files]', function (e) {
    var chosen = Array.from(form.querySelector('[type=file]').files);
    if (!chosen.length) return;
    e.preventDefault();
    sendAll(chosen);
  });

  /* ---- Dropped or pasted: into the dialog that is open, else beside the record */
  function named(file) {
    if (file.name && !/^image\.\w+$/.test(file.name)) return file;
    var kind = (file.type.split('/')[1] || 'png').replace('jpeg', 'jpg'), at = new Date(Date.now() - new Date().getTimezoneOffset() * 60000);
    return new File([file], at.toISOString().slice(0, 19).replace('T', ' ').replace(/:/g, '') + '.' + kind, { type: file.type });
  }
  function take(list, e) {
    var files = Array.from(list).map(named), open = document.querySelector('dialog[open]:not(.viewer)');
    if (!files.length || document.querySelector('dialog.viewer[open]')) return;
    var field = open && open.querySelector('[type=file]');
    if (open && !field) return;
    if (!open && !form) return;
    e.preventDefault();
    if (!field) { sendAll(files); return; }
    var carried = new DataTransfer();
    (field.multiple ? files : files.slice(0, 1)).forEach(function (file) { carried.items.add(file); });
    field.files = carried.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
  function carries(e) { return e.dataTransfer && Array.from(e.dataTransfer.types).indexOf('Files') >= 0; }
  document.addEventListener('dragover', function (e) { if (carries(e)) { e.preventDefault(); document.body.classList.add('dropping'); } });
  document.addEventListener('dragleave', function (e) { if (!e.relatedTarget) document.body.classList.remove('dropping'); });
  document.addEventListener('drop', function (e) {
    document.body.classList.remove('dropping');
    if (!carries(e) || e.target.type === 'file') return;
    e.preventDefault();
    take(e.dataTransfer.files, e);
  });
  document.addEventListener('paste', function (e) {
    if (e.clipboardData && e.clipboardData.files.length) take(e.clipboardData.files, e);
  });

  /* ---- Viewer */
  var at = 0;
  function pictures() { return Array.from(document.querySelectorAll('#files a[data-view]')); }
  function show(number) {
    var all = pictures();
    at = (number + all.length) % all.length;
    var link = all[at], small = link.querySelector('img'), image = viewer.querySelector('img');
    viewer.classList.remove('near', 'tall');
    image.onload = function () {                              // a strip is read from its top, not seen whole
      if (image.naturalHeight > 2 * image.naturalWidth) viewer.classList.add('near', 'tall');
    };
    image.src = link.href;
    image.alt = small.alt;
    viewer.querySelector('figcaption').textContent = small.alt + ' (' + (at + 1) + '/' + all.length + ')';
    viewer.querySelectorAll('[data-turn]').forEach(function (button) { button.hidden = all.length < 2; });
  }
  on('click', 'a[data-view]', function (e, link) {
    if (e.ctrlKey || e.metaKey || !viewer || !viewer.showModal) return;
    e.preventDefault();
    show(pictures().indexOf(link));
    viewer.showModal();
    viewer.addEventListener('close', function () { pictures()[at].focus(); }, { once: true });
  });
  on('click', '[data-zoom], .viewer img', function () { viewer.classList.toggle('near'); });
  on('click', '[data-turn]', function (e, button) { show(at + Number(button.dataset.turn)); });
  on('click', 'dialog.viewer', function (e, box) { if (e.target === box) box.close(); });
  document.addEventListener('keydown', function (e) {
    var step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (step && viewer && viewer.open) { e.preventDefault(); show(at + step); }
  });
})();
