/* Steps: <a data-dialog href> opens the server's form in a dialog; without a script the same link is a page. */
(function ($, P) {
  'use strict';
  var T = P.T, dialog = document.getElementById('dlg');

  function fill(html) {
    dialog.innerHTML = html;
    if (!dialog.open) dialog.showModal();
    P.enhance(dialog);
    if (window.showRefusal(dialog)) return;
    dialog.scrollTop = 0;
    var first = dialog.querySelector('[name]:not([type=hidden]), [type=submit]'), box = $(first).next('.select2').find('[tabindex]')[0];
    if (first) (box || first).focus({ preventScroll: true });
  }
  function sentence(answer) {
    return answer.json().then(function (told) { return told.message || T.failed; }).catch(function () { return T.failed; });
  }
  function note(text) {                                     // where no form came: the sentence stands in the dialog all the same
    var box = document.createElement('div'), said = document.createElement('p'), close = document.createElement('button'), bar = document.createElement('p');
    box.className = 'dlg';
    said.className = 'note red';
    said.setAttribute('role', 'alert');
    said.tabIndex = -1;
    said.textContent = text;
    close.className = 'btn btn-default';
    close.type = 'button';
    close.dataset.close = '';
    close.textContent = T.close;
    bar.className = 'p-bar';
    bar.append(close);
    box.append(said, bar);
    fill(box.outerHTML);
  }
  function shown(answer, elsewhere) {
    if (answer.ok || answer.status === 409 || answer.status === 422) return answer.text().then(fill);
    if (answer.type === 'opaqueredirect' || answer.status === 401) return elsewhere();
    return sentence(answer).then(note);
  }
  function open(button, address, how, elsewhere) {
    if (button.getAttribute('aria-busy')) return;
    P.busy(button, true);
    fetch(address, Object.assign({ headers: { 'X-Fragment': '1' }, redirect: 'manual' }, how))
      .then(function (answer) { return shown(answer, elsewhere); }).catch(function () { note(T.offline); })
      .finally(function () { P.busy(button, false); });
  }

  function send(form, again) {
    P.say(form, '');
    return fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': '1' }, redirect: 'manual' }).then(function (answer) {
      if (answer.status === 204) { P.draft.drop(form); location.href = answer.headers.get('X-Location'); return new Promise(function () {}); }
      if (answer.status === 409 || answer.status === 422) return answer.text().then(fill);
      if (answer.type === 'opaqueredirect' || answer.status === 400 || answer.status === 401) {      // signed out meanwhile, or in again with a new token
        return fetch('/session').then(function (session) {
          if (session.status === 401) return P.say(form, T.login, P.signIn());
          if (!session.ok || again) return sentence(answer).then(function (text) { P.say(form, text); });
          return session.json().then(function (fresh) { form.querySelector('[name=csrf_token]').value = fresh.csrf; return send(form, true); });
        });
      }
      return sentence(answer).then(function (text) { P.say(form, text); });
    }).catch(function () { P.say(form, T.offline); });
  }

  /* ---- Closing asks when something typed would be lost */
  function close(box) {
    var form = box.querySelector('form');
    if (!form || !P.draft.dirty(form)) { box.close(); return; }
    P.ask(T.reallyDiscard, T.discard, T.goOn, function () { P.draft.drop(form); box.close(); });
  }
  P.on('click', '[data-close]', function (e, button) {
    var box = button.closest('dialog'), form = button.closest('form[data-draft]');
    if (box) { e.preventDefault(); if (box === dialog) close(box); else box.close(); }
    else if (form && P.draft.dirty(form)) {
      e.preventDefault();
      P.ask(T.reallyDiscard, T.discard, T.goOn, function () { P.draft.drop(form); location.href = button.href; });
    }
  });

  if (!dialog || !dialog.showModal) return;
  dialog.addEventListener('keydown', function (e) {         // a second Escape would close it whatever the script says
    if (e.key !== 'Escape') return;
    e.preventDefault();
    if (!document.querySelector('.select2-container--open') && e.target.closest('#dlg')) close(dialog);
  });
  dialog.addEventListener('cancel', function (e) { if (e.target === dialog) { e.preventDefault(); close(dialog); } });
  P.on('click', '[data-dialog]', function (e, link) {
    if (e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    open(link, link.href, {}, function () { location.href = link.href; });
  });
  P.on('submit', '#bulk', function (e, form) {
    if (!e.submitter || e.submitter.hasAttribute('data-plain')) return;
    e.preventDefault();
    open(e.submitter, e.submitter.formAction, { method: 'POST', body: new FormData(form) }, function () { location.reload(); });
  });
  P.on('submit', '#dlg form', function (e, form) {
    var button = form.querySelector('[type=submit]');
    e.preventDefault();
    if (button.disabled) return;
    if (P.tooLarge(form)) { P.say(form, T.large); return; }
    P.busy(button, true);
    send(form).finally(function () { P.busy(button, false); });
  });
})(jQuery, window.Portal);
