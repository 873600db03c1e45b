/* Seen as a role, the portal shows what writes and does not do it: each button says why. */
(function (P) {
  'use strict';
  var why = document.getElementById('p-seen'), band = why && why.parentNode;
  if (!why) return;

  function writes(form) { return form && form.method === 'post' && !band.contains(form) && !form.matches('[data-sign-out], [data-looking]'); }
  function still(root) {
    P.each(root, 'button:not([type=button]), input[type=submit], [data-q-save]', function (button) {
      if (!writes(button.form) || button.getAttribute('aria-disabled')) return;
      button.setAttribute('aria-disabled', 'true');
      button.setAttribute('aria-describedby', why.id);
      button.title = why.textContent;
    });
  }
  function stop(e, form) {
    e.preventDefault();
    e.stopImmediatePropagation();
    if (form.closest('main, dialog')) P.say(form, why.textContent, wayOut());
    else { band.tabIndex = -1; band.focus(); }
  }
  function wayOut() {
    var button = document.createElement('button'), end = band.querySelector('form');
    end.id = 'p-seen-end';
    button.className = 'btn btn-default';
    button.setAttribute('form', end.id);
    button.textContent = why.dataset.end;
    return button;
  }
  document.addEventListener('submit', function (e) { if (writes(e.target)) stop(e, e.target); }, true);
  document.addEventListener('click', function (e) {
    var button = e.target.closest && e.target.closest('[aria-describedby="' + why.id + '"]');
    if (button) stop(e, button.form);
  }, true);
  P.enhances(still);
  still(document);
}(window.Portal));
