/* The customer's pages: the signature pad, and a form that is sent once. */
(function () {
  'use strict';
  window.signaturePads(document);
  function each(css, act) { Array.prototype.forEach.call(document.querySelectorAll(css), act); }
  function choose() {
    var solved = document.querySelector('[name=solved]:checked'), said = solved ? solved.value : '';
    each('[data-when]', function (part) { part.hidden = said !== part.dataset.when; });
    each('[data-unless]', function (part) { part.hidden = said === part.dataset.unless; });
  }
  document.addEventListener('change', choose);
  choose();
  document.addEventListener('submit', function (e) {
    if (!e.target.matches('form[data-once]')) return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = '1';
    setTimeout(function () { delete e.target.dataset.sent; }, 8000);
  });
}());
