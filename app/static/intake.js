/* Intake: phone first, then the caller is known and fills the slip; a new customer is made in place; duplicates are hinted at. */
(function ($, P) {
  'use strict';
  var aside = document.getElementById('similar'), customer = document.getElementById('customer'), product = document.getElementById('product');
  if (!aside || !customer) return;
  var form = customer.form, phone = document.getElementById('contact_phone');

  function choose(id, text) { $(customer).append(new Option(text, id, true, true)).trigger('change'); }

  /* ---- Which fields are marked goes along, so that a refused slip comes back with its marks */
  var known = form.elements.known;
  function noted() {
    known.value = Array.prototype.map.call(form.querySelectorAll('.fld.known'), function (box) { return box.querySelector('[name]').name; }).join(' ');
  }

  /* ---- What is known is filled in, marked as to be looked at, and never written over what was typed */
  function fill(facts, over) {
    Object.keys(facts).forEach(function (name) {
      var field = document.getElementById(name), fact = facts[name];
      if (!field || !fact || (field.value && !over && !field.closest('.fld').classList.contains('known'))) return;
      if (field.tagName === 'SELECT') { if (field.value !== fact.id) $(field).append(new Option(fact.text, fact.id, true, true)).trigger('change'); }
      else { field.value = fact; field.dispatchEvent(new Event('input', { bubbles: true })); }
      mark(field);
    });
  }
  function mark(field) {
    var box = field.closest('.fld');
    if (box.classList.contains('known')) return;
    var note = document.createElement('p');
    note.className = 'hint known-hint';
    note.textContent = aside.dataset.hint;
    box.classList.add('known');
    box.lastElementChild.append(note);
    noted();
    function seen() { box.classList.remove('known'); note.remove(); noted(); }
    setTimeout(function () { field.addEventListener('input', seen, { once: true }); $(field).one('select2:select select2:clear', seen); });
  }
  function forget() {
    form.querySelectorAll('.fld.known').forEach(function (box) {
      var field = box.querySelector('[name]');
      box.classList.remove('known');
      box.querySelector('.known-hint').remove();
      if (field.tagName === 'SELECT') $(field).val('').trigger('change'); else field.value = '';
    });
    noted();
  }
  known.value.split(' ').forEach(function (name) {
    var field = name && document.getElementById(name);
    if (field && field.value) mark(field);
  });

  function around(anew) {
    if (!customer.value) { aside.innerHTML = ''; return; }
    var asked = new URLSearchParams({ customer: customer.value, product: product.value || '', phone: phone.value });
    fetch('/complaint/similar?' + asked, { headers: { 'X-Fragment': '1' } })
      .then(function (answer) { return answer.ok ? answer.text() : ''; }).then(function (html) {
        aside.innerHTML = html;
        var known = aside.querySelector('[data-known]');
        if (known && anew) fill(JSON.parse(known.dataset.known));
      });
  }
  $(customer).on('change', function () { forget(); around(true); });
  $(product).on('change', function () { around(false); });
  if (customer.value) around(!form.querySelector('[aria-invalid]'));
  aside.addEventListener('click', function (e) {
    var unit = e.target.closest('[data-unit]'), other = e.target.closest('[data-customer]');
    if (unit) fill(JSON.parse(unit.dataset.unit), true);
    if (other) choose(other.dataset.customer, other.textContent);
  });

  if (!form.querySelector('[aria-invalid]')) phone.focus();
  phone.addEventListener('change', function () {
    if (customer.value || phone.value.replace(/\D/g, '').length < 5) return;
    fetch('/customer/match?phone=' + encodeURIComponent(phone.value)).then(function (answer) { return answer.ok ? answer.json() : { customers: [] }; })
      .then(function (found) {
        if (found.customers.length === 1) choose(found.customers[0].id, found.customers[0].text);
        else if (found.customers.length) which(found.customers);
      });
  });
  function which(customers) {
    var card = document.createElement('section'), words = document.createElement('p');
    card.className = 'card';
    words.textContent = aside.dataset.which;
    card.append(words);
    customers.forEach(function (one) {
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-default';
      button.dataset.customer = one.id;
      button.textContent = one.text;
      card.append(button, ' ');
    });
    aside.replaceChildren(card);
  }

  var quick = document.querySelector('[data-quick-customer]');
  if (!quick) return;
  var wrong = quick.querySelector('[data-q-error]');
  quick.querySelector('[data-q-save]').addEventListener('click', function () {
    var data = new FormData();
    data.append('csrf_token', form.querySelector('[name=csrf_token]').value);
    quick.querySelectorAll('[data-q]').forEach(function (field) { data.append(field.dataset.q, field.value); });
    fetch('/customer/quick', { method: 'POST', body: data, headers: { 'X-Fragment': '1' } }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.status === 201) {
          if (!phone.value) phone.value = quick.querySelector('[data-q=phone]').value;
          choose(told.id, told.text);
          quick.open = false;
          wrong.hidden = true;
        } else {
          wrong.textContent = typeof told.message === 'string' ? told.message : Object.values(told.message).flat().join(' ');
          if (told.link) {
            var whole = document.createElement('a');
            whole.href = told.link;
            whole.target = '_blank';
            whole.textContent = wrong.dataset.whole;
            wrong.append(' ', whole);
          }
          wrong.hidden = false;
        }
      });
    }).catch(function () { wrong.textContent = P.T.offline; wrong.hidden = false; });
  });
})(jQuery, window.Portal);
