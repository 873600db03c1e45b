/* Intake: phone first, then the customer is found; a new one is made in place; duplicates are hinted at. */
(function ($) {
  'use strict';
  var form = document.querySelector('form[data-draft]'), aside = document.getElementById('similar');
  var customer = document.getElementById('customer'), product = document.getElementById('product');
  if (!form || !customer) return;

  function choose(id, text) { $(customer).append(new Option(text, id, true, true)).trigger('change'); }

  function similar() {
    if (!customer.value) { aside.innerHTML = ''; return; }
    fetch('/complaint/similar?customer=' + customer.value + '&product=' + (product.value || ''), { headers: { 'X-Fragment': '1' } })
      .then(function (answer) { return answer.ok ? answer.text() : ''; }).then(function (html) { aside.innerHTML = html; });
  }
  $(customer).on('change', similar);
  $(product).on('change', similar);
  similar();

  var phone = document.getElementById('contact_phone');
  phone.addEventListener('change', function () {
    if (customer.value || phone.value.replace(/\D/g, '').length < 5) return;
    fetch('/customer/match?phone=' + encodeURIComponent(phone.value)).then(function (answer) { return answer.ok ? answer.json() : { customers: [] }; })
      .then(function (found) { if (found.customers.length === 1) choose(found.customers[0].id, found.customers[0].text); });
  });

  var quick = document.querySelector('[data-quick-customer]');
  if (!quick) return;
  var wrong = quick.querySelector('[data-q-error]');
  quick.querySelector('[data-q-save]').addEventListener('click', function () {
    var data = new FormData();
    data.append('csrf_token', form.querySelector('[name=csrf_token]').value);
    quick.querySelectorAll('[data-q]').forEach(function (field) { data.append(field.dataset.q, field.value); });
    fetch('/customer/quick', { method: 'POST', body: data }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.status === 201) {
          choose(told.id, told.text);
          quick.open = false;
          wrong.hidden = true;
          if (!phone.value) phone.value = quick.querySelector('[data-q=phone]').value;
        } else {
          wrong.textContent = typeof told.message === 'string' ? told.message : Object.values(told.message).flat().join(' ');
          wrong.hidden = false;
        }
      });
    }).catch(function () { wrong.textContent = document.body.dataset.offline; wrong.hidden = false; });
  });
})(jQuery);
