/* The customer's pages: the signature pad, and a form that is sent once. */
(function () {
  'use strict';
  window.signaturePads(document);
  function each(css, act) { Array.prototype.forEach.call(document.querySelectorAll(css), act); }
  function choose() {
    var solved = document.querySelector('[name=solved]:checked'), said = solved ? solved.value : '';
    each('[data-when]', function (part) { part.hidden = said !== part.dataset.when && !part.querySelector('.err'); });
    each('[data-unless]', function (part) { part.hidden = said === part.dataset.unless && !part.querySelector('.err'); });
  }
  document.addEventListener('change', choose);
  choose();
  window.showRefusal(document.querySelector('main'));
  document.addEventListener('submit', function (e) {
    if (!e.target.matches('form[data-once]')) return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    var button = e.target.querySelector('button:not([type])');
    e.target.dataset.sent = '1';
    setTimeout(function () { button.disabled = true; button.setAttribute('aria-busy', 'true'); });
  });
  window.addEventListener('pageshow', function () {
    each('form[data-once]', function (form) { delete form.dataset.sent; });
    each('[aria-busy]', function (button) { button.disabled = false; button.removeAttribute('aria-busy'); });
  });
}());
