/* The shell's behaviour. Every page works without it; dialogs, drafts and remote selects need it. */
(function ($) {
  'use strict';
  var T = document.body.dataset, dialog = document.getElementById('dlg'), ask = document.getElementById('ask');

  function on(event, selector, handler) {
    document.addEventListener(event, function (e) {
      var target = e.target.closest && e.target.closest(selector);
      if (target) handler(e, target);
    });
  }
  function each(root, selector, handler) { Array.prototype.forEach.call(root.querySelectorAll(selector), handler); }

  /* ---- Remote selects: named after their label, in the reader's language */
  function remoteSelects(root) {
    each(root, 'select.my_select2', function (select) {
      if (!select.hasAttribute('data-ajax--url') && select.options.length <= 12 && !select.multiple) return;   // short lists stay native
      $(select).select2({
        theme: 'bootstrap', width: '100%', placeholder: T.choose, allowClear: !select.multiple,
        dropdownParent: $(select.closest('dialog') || document.body),
        language: {
          noResults: function () { return T.nomatch; }, searching: function () { return T.searching; },
          loadingMore: function () { return T.searching; }, errorLoading: function () { return T.offline; },
          removeAllItems: function () { return T.clear; }
        }
      });
      var label = root.querySelector('label[for="' + select.id + '"]'), name = label ? label.textContent.replace('*', '').trim() : T.choose;
      $(select).next('.select2').find('.select2-selection, .select2-search__field, .select2-selection__rendered[role]').attr('aria-label', name)
        .filter('.select2-selection').removeAttr('aria-labelledby');
    });
  }
  $(document).on('select2:open', function () {
    var field = document.querySelector('.select2-container--open .select2-dropdown .select2-search__field');
    if (field) { field.setAttribute('aria-label', T.searching); field.focus(); }
  });

  /* ---- One more row: a copy of the last, empty */
  on('click', '[data-add-row]', function (e, button) {
    var body = button.closest('.rowset').querySelector('tbody'), last = body.lastElementChild, count = body.children.length, copy = last.cloneNode(true);
    each(copy, '.select2', function (box) { box.remove(); });
    each(copy, '[name]', function (field) {
      field.name = field.id = field.name.replace(/-\d+-/, '-' + count + '-');
      field.classList.remove('select2-hidden-accessible'); field.removeAttribute('data-select2-id'); field.removeAttribute('tabindex'); field.removeAttribute('aria-hidden');
      if (field.hasAttribute('data-ajax--url')) field.innerHTML = '<option value=""></option>'; else field.value = '';
    });
    body.appendChild(copy); remoteSelects(copy);
    copy.querySelector('[name]').focus();
  });

  /* ---- Shown for one choice only; <div data-when="field:value">, within its form */
  function whens(root) {
    each(root, '[data-when]', function (part) {
      var asked = part.dataset.when.split(':'), field = part.closest('form').elements[asked[0]];
      function look() { part.hidden = field.value !== asked[1]; }
      if (field) { field.addEventListener('change', look); look(); }
    });
  }

  /* ---- An unfinished slip survives a closed tab; <form data-draft="name"> */
  var DRAFT = 'draft:' + (T.user || '') + ':';
  function drafts() {
    var sent = sessionStorage.getItem('sent'), here = document.querySelector('form[data-draft]');
    if (sent && !(here && DRAFT + here.dataset.draft === sent)) localStorage.removeItem(sent);
    sessionStorage.removeItem('sent');
    if (!here || !T.user) return;
    var key = DRAFT + here.dataset.draft, kept = JSON.parse(localStorage.getItem(key) || 'null'), note = here.querySelector('[data-draft-note]');
    if (kept && !here.querySelector('[aria-invalid]') && !location.search) {
      each(here, '[name]', function (field) {
        var value = kept[field.name];
        if (value === undefined || field.type === 'file' || field.name === 'csrf_token') return;
        if (field.type === 'radio' || field.type === 'checkbox') field.checked = [].concat(value.v).indexOf(field.value) >= 0;
        else if (value.t && field.tagName === 'SELECT') $(field).append(new Option(value.t, value.v, true, true));
        else field.value = value.v;
      });
      if (note) note.hidden = false;
    }
    here.addEventListener('input', keep);
    $(here).on('change', keep);
    on('click', '[data-draft-drop]', function () { localStorage.removeItem(key); location.href = location.pathname; });
    here.addEventListener('submit', function () { sessionStorage.setItem('sent', key); });
    function keep() {
      var values = {};
      new FormData(here).forEach(function (value, name) {
        if (name === 'csrf_token' || typeof value !== 'string' || !value) return;
        var field = here.elements[name], text = field && field.tagName === 'SELECT' && field.hasAttribute('data-ajax--url') ? field.selectedOptions[0].text : '';
        if (values[name]) values[name].v = [].concat(values[name].v, value);
        else values[name] = { v: value, t: text };
      });
      localStorage.setItem(key, JSON.stringify(values));
    }
  }
  on('submit', 'form[data-sign-out]', function () { Object.keys(localStorage).forEach(function (key) { if (key.indexOf('draft:') === 0) localStorage.removeItem(key); }); if (window.indexedDB) indexedDB.deleteDatabase('portal-jobs'); });

  /* ---- Shell */
  on('click', '#p-burger', function (e, button) { e.preventDefault(); button.setAttribute('aria-expanded', document.body.classList.toggle('nav-open')); });
  setTimeout(function () { each(document, '.t-success', function (toast) { toast.remove(); }); }, 8000);
  on('click', '.t-x', function (e, button) { button.parentNode.remove(); });
  on('click', 'tr[data-href]', function (e, row) { if (!e.target.closest('a,button,input,label,summary') && !String(getSelection())) location.href = row.dataset.href; });
  on('change', '[data-submit]', function (e, field) { field.form.submit(); });
  document.addEventListener('click', function (e) { each(document, 'details.menu[open]', function (menu) { if (!menu.contains(e.target)) menu.open = false; }); });
  document.addEventListener('keydown', function (e) {
    if (e.key === 'Escape') each(document, 'details.menu[open]', function (menu) { menu.open = false; menu.querySelector('summary').focus(); });
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
    if (/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName) || document.activeElement.isContentEditable) return;
    var target = document.getElementById({ '/': 'p-q', n: 'p-new' }[e.key]);
    if (!target) return;
    e.preventDefault();
    if (e.key === '/') target.focus(); else location.href = target.href;
  });

  /* ---- Really? <form data-confirm="sentence"> */
  on('submit', 'form[data-confirm]', function (e, form) {
    if (form.dataset.sure || !ask || !ask.showModal) return;
    e.preventDefault();
    ask.querySelector('[data-ask]').textContent = form.dataset.confirm;
    ask.querySelector('[data-yes]').onclick = function () { form.dataset.sure = '1'; ask.close(); form.submit(); };
    ask.showModal();
  });

  /* ---- Bulk: what is ticked goes along */
  function ticked() { return document.querySelectorAll('.rows .chk [name=rowid]:checked'); }
  on('change', '.rows .chk input', function (e, box) {
    if (box.name !== 'rowid') each(document, '.rows .chk [name=rowid]', function (other) { other.checked = box.checked; });
    var bar = document.querySelector('.p-bulk');
    if (bar) { bar.hidden = !ticked().length; bar.querySelector('[data-count]').textContent = ticked().length; }
  });
  on('submit', '#bulk', function (e, form) {
    if (!dialog || !dialog.showModal || !e.submitter || e.submitter.hasAttribute('data-plain')) return;
    e.preventDefault();
    fetch(e.submitter.formAction, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': '1' }, redirect: 'manual' })
      .then(shown).catch(function () { form.submit(); });
  });

  /* ---- Steps: <a data-dialog href> opens the server's form in a dialog; without a script the same link is a page */
  function fill(html) {
    dialog.innerHTML = html;
    if (!dialog.open) dialog.showModal();
    remoteSelects(dialog); whens(dialog);
    window.signaturePads(dialog);
    var first = dialog.querySelector('[aria-invalid]') || dialog.querySelector('[name]:not([type=hidden]), [type=submit]'), box = $(first).next('.select2').find('[tabindex]')[0];
    if (first) (box || first).focus();
  }
  function shown(answer) { if (!answer.ok) throw answer; return answer.text().then(fill); }
  function say(text) { var note = dialog.querySelector('[data-say]'); note.textContent = text; note.hidden = false; note.scrollIntoView({ block: 'nearest' }); }
  function send(form, again) {
    form.querySelector('[data-say]').hidden = true;
    return fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': '1' }, redirect: 'manual' }).then(function (answer) {
      if (answer.status === 204) { location.href = answer.headers.get('X-Location'); return null; }
      if (answer.status === 409 || answer.status === 422) return answer.text().then(fill);
      if (answer.type === 'opaqueredirect' || answer.status === 400 || answer.status === 401) {      // signed out meanwhile, or in again with a new token
        return fetch('/session').then(function (session) {
          if (!session.ok || again) return say(T.login);
          return session.json().then(function (fresh) { form.querySelector('[name=csrf_token]').value = fresh.csrf; return send(form, true); });
        });
      }
      return say({ 403: T.forbidden, 413: T.large }[answer.status] || T.failed);
    }).catch(function () { say(T.offline); });
  }
  if (dialog && dialog.showModal) {
    on('click', '[data-dialog]', function (e, link) {
      if (e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      fetch(link.href, { headers: { 'X-Fragment': '1' }, redirect: 'manual' }).then(shown).catch(function () { location.href = link.href; });
    });
    on('submit', '#dlg form', function (e, form) {
      e.preventDefault();
      var button = form.querySelector('[type=submit]');
      if (button.disabled) return;
      button.disabled = true;
      send(form).finally(function () { button.disabled = false; });
    });
  }
  on('click', '[data-close]', function (e, button) { var box = button.closest('dialog'); if (box) { e.preventDefault(); box.close(); } });
  on('submit', 'form[data-once]', function (e, form) {
    if (form.dataset.sent) e.preventDefault();
    form.dataset.sent = '1';
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });

  remoteSelects(document); whens(document);
  window.signaturePads(document);
  drafts();
  each(document, '.tabs .on', function (tab) { tab.parentNode.scrollLeft = tab.offsetLeft - tab.parentNode.clientWidth / 2; });
  var wanted = new URLSearchParams(location.search).get('step'), next = wanted && document.querySelector('[data-step="' + CSS.escape(wanted) + '"]');
  if (next) { history.replaceState(null, '', location.pathname); next.click(); }
})(jQuery);
