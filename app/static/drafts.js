/* What was typed outlives a closed tab, a lost session and a refusal; <form data-draft="name">, data-fresh when it comes
   as the server made it. Kept by person and form in this browser; it goes when the server says that the thing exists. */
(function ($, P) {
  'use strict';
  var T = P.T, HEAD = 'draft:' + (T.user || '') + ':', bases = new WeakMap();

  function kept(field) {
    return field.name && field.name !== 'csrf_token' && !/^(hidden|file|password|submit|button|reset|fieldset)$/.test(field.type || 'fieldset');
  }
  function read(form) {
    var found = {};
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!kept(field)) return;
      var into = found[field.name] = found[field.name] || [];
      if (field.tagName === 'SELECT') Array.prototype.forEach.call(field.selectedOptions, function (option) { if (option.value) into.push([option.value, option.text]); });
      else if (!/radio|checkbox/.test(field.type) ? field.value : field.checked) into.push([field.value, '']);
    });
    return found;
  }
  function same(one, other) {
    return JSON.stringify((one || []).map(function (pair) { return pair[0]; })) === JSON.stringify((other || []).map(function (pair) { return pair[0]; }));
  }
  function typed(form) {
    var base = bases.get(form) || {}, now = read(form), found = {};
    Object.keys(now).forEach(function (name) { if (!same(now[name], base[name])) found[name] = now[name]; });
    return found;
  }
  function key(form) { return HEAD + form.dataset.draft; }
  function keep(form) {
    var values = typed(form);
    if (Object.keys(values).length) localStorage.setItem(key(form), JSON.stringify(values)); else localStorage.removeItem(key(form));
  }
  function put(form, name, pairs) {
    var row = /^(.+)-(\d+)-/.exec(name), more = row && form.querySelector('#' + CSS.escape(row[1]) + ' [data-add-row]');
    while (more && !form.elements[name] && document.querySelectorAll('#' + CSS.escape(row[1]) + ' tbody tr').length <= Number(row[2])) P.addRow(more);
    var values = pairs.map(function (pair) { return pair[0]; });
    P.each(form, '[name="' + CSS.escape(name) + '"]', function (field) {
      if (/radio|checkbox/.test(field.type)) field.checked = values.indexOf(field.value) >= 0;
      else if (field.tagName === 'SELECT') {
        P.each(field, 'option', function (option) { option.selected = values.indexOf(option.value) >= 0; });
        pairs.forEach(function (pair) { if (!field.querySelector('option[value="' + CSS.escape(pair[0]) + '"]')) $(field).append(new Option(pair[1], pair[0], false, true)); });
      } else field.value = values[0] || '';
      $(field).trigger('change');
    });
  }
  function restore(form) {
    var values = null;
    try { values = JSON.parse(localStorage.getItem(key(form))); } catch (error) { localStorage.removeItem(key(form)); }
    if (!values || !form.hasAttribute('data-fresh')) return;
    Object.keys(values).forEach(function (name) { put(form, name, values[name]); });
    var note = document.createElement('div'), drop = document.createElement('button');
    note.className = 'note calm';
    note.setAttribute('role', 'status');
    note.textContent = T.draft + ' ';
    drop.type = 'button';
    drop.className = 'p-link';
    drop.textContent = T.discard;
    drop.dataset.draftDrop = '';
    note.append(drop);
    form.insertBefore(note, form.querySelector('[data-draft-here]') || form.firstChild);
  }
  function begin(form, values) {                            // as the server made it, again
    var base = bases.get(form) || {};
    Object.keys(values).forEach(function (name) { put(form, name, base[name] || []); });
  }

  P.draft = {
    /* Whether closing the form would lose something */
    dirty: function (form) {
      var drawn = Array.prototype.some.call(form.querySelectorAll('[data-signature] input, input[type=file]'), function (field) { return field.value; });
      return drawn || Boolean(form.dataset.draft && Object.keys(typed(form)).length);
    },
    drop: function (form) { localStorage.removeItem(key(form)); }
  };

  P.enhances(function (root) {
    P.each(root, 'form[data-draft]', function (form) {
      bases.set(form, form.hasAttribute('data-fresh') ? read(form) : {});
      if (!T.user) return;
      restore(form);
      ['input', 'change', 'picked'].forEach(function (event) { form.addEventListener(event, function () { keep(form); }); });
    });
  });
  P.on('click', '[data-draft-drop]', function (e, button) {
    var form = button.closest('form');
    begin(form, typed(form));
    P.draft.drop(form);
    button.parentNode.remove();
  });
  P.each(document, '[data-draft-done]', function (mark) { localStorage.removeItem(HEAD + mark.dataset.draftDone); });
  P.on('submit', 'form[data-sign-out]', function () {
    Object.keys(localStorage).forEach(function (name) { if (name.indexOf('draft:') === 0) localStorage.removeItem(name); });
    if (window.indexedDB) indexedDB.deleteDatabase('portal-jobs');
  });
})(jQuery, window.Portal);
