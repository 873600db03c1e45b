/* Fields that need more than the browser has: remote selects, rows to add, parts shown for one choice. */
(function ($, P) {
  'use strict';
  var T = P.T, refused = '';

  /* ---- Remote selects: named after their label, in the reader's language; a refusal is told as it is */
  function transport(params, good, bad) {
    return $.ajax(params).then(good, function (answer) {
      var told = answer.responseJSON;
      refused = answer.status === 0 ? '' : answer.status === 401 ? T.login : (told && told.message) || T.failed;
      bad();
    });
  }
  P.enhances(function (root) {
    P.each(root, 'select.my_select2', function (select) {
      var remote = select.hasAttribute('data-ajax--url');
      if (!remote && select.options.length <= 12 && !select.multiple) return;   // short lists stay native
      $(select).select2({
        theme: 'bootstrap', width: '100%', placeholder: T.choose, allowClear: !select.multiple,
        dropdownParent: $(select.closest('dialog') || document.body),
        ajax: remote ? { transport: transport } : undefined,
        language: {
          noResults: function () { return T.nomatch; }, searching: function () { return T.searching; },
          loadingMore: function () { return T.searching; }, errorLoading: function () { return refused || T.offline; },
          removeAllItems: function () { return T.clear; }
        }
      });
      var label = root.querySelector('label[for="' + select.id + '"]'), name = label ? label.textContent.replace('*', '').trim() : T.choose;
      $(select).next('.select2').find('.select2-selection, .select2-search__field, .select2-selection__rendered[role]').attr('aria-label', name)
        .filter('.select2-selection').removeAttr('aria-labelledby');
    });
  });
  $(document).on('select2:open', function () {
    var field = document.querySelector('.select2-container--open .select2-dropdown .select2-search__field');
    if (field) { field.setAttribute('aria-label', T.searching); field.focus(); }
  });
  $(document).on('change', 'select.my_select2', function () { this.dispatchEvent(new Event('picked', { bubbles: true })); });   // jQuery's change is no event of the browser

  /* ---- One more row: a copy of the last, empty */
  P.addRow = function (button) {
    var body = button.closest('.rowset').querySelector('tbody'), last = body.lastElementChild, count = body.children.length, copy = last.cloneNode(true);
    P.each(copy, '.select2', function (box) { box.remove(); });
    P.each(copy, '[name]', function (field) {
      field.name = field.id = field.name.replace(/-\d+-/, '-' + count + '-');
      field.classList.remove('select2-hidden-accessible'); field.removeAttribute('data-select2-id'); field.removeAttribute('tabindex'); field.removeAttribute('aria-hidden');
      if (field.hasAttribute('data-ajax--url')) field.innerHTML = '<option value=""></option>'; else field.value = '';
    });
    body.appendChild(copy);
    P.enhance(copy);
    return copy;
  };
  P.on('click', '[data-add-row]', function (e, button) { P.addRow(button).querySelector('[name]').focus(); });

  /* ---- Shown for some choices only: <div data-when="field,field:value|value&field!value">, within its form; what is
     refused is always shown. What is not shown is sent as data-else, where that is given */
  function picked(form, names) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return names.indexOf(field.name) >= 0 && (!/radio|checkbox/.test(field.type) || field.checked);
    }).map(function (field) { return field.value; });
  }
  function holds(form, condition) {
    var parts = /^([^:!]+)([:!])(.*)$/.exec(condition), names = parts[1].split(','), values = parts[3].split('|');
    if (!names.some(function (name) { return form.elements[name]; })) return true;
    return picked(form, names).some(function (value) { return values.indexOf(value) >= 0; }) === (parts[2] === ':');
  }
  P.enhances(function (root) {
    P.each(root, '[data-when]', function (part) {
      var form = part.closest('form'), field = part.querySelector('[name]'), otherwise = part.dataset.else;
      function look() {
        part.hidden = !part.dataset.when.split('&').every(function (condition) { return holds(form, condition); }) && !part.querySelector('.err') && !part.matches('.bad');
      }
      form.addEventListener('change', look);
      look();
      if (otherwise === undefined) return;
      if (part.hidden && field.value === otherwise && !form.hasAttribute('data-fresh')) field.value = '';   // it was not typed
      form.addEventListener('formdata', function (e) { if (part.hidden) e.formData.set(field.name, otherwise); });
    });
  });
  P.enhances(function (root) { window.signaturePads(root); });
})(jQuery, window.Portal);
