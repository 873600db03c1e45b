/* Whatever takes a moment says so, and is done once: buttons, and files that the server has to draw first. */
(function (P) {
  'use strict';
  var LONGEST = 180000, LARGEST = 25 * 1024 * 1024;

  P.busy = function (button, on) {
    if (!button) return;
    if (on) button.setAttribute('aria-busy', 'true'); else button.removeAttribute('aria-busy');
    if ('disabled' in button) button.disabled = on;
  };

  /* ---- A file is ready when the server's answer begins: it brings the mark it was asked with as a cookie */
  function arrived(mark, button, since) {
    if (document.cookie.indexOf('ready=' + mark) >= 0 || Date.now() - since > LONGEST) {
      document.cookie = 'ready=; max-age=0; path=/';
      P.busy(button, false);
    } else setTimeout(function () { arrived(mark, button, since); }, 200);
  }
  function marked(address, button) {
    var url = new URL(address, location.href), mark = Math.random().toString(36).slice(2, 12);
    url.searchParams.set('ready', mark);
    setTimeout(function () { P.busy(button, true); arrived(mark, button, Date.now()); });
    return url.href;
  }
  P.on('click', 'a[data-file]', function (e, link) {
    if (link.getAttribute('aria-busy')) { e.preventDefault(); return; }
    link.href = marked(link.href, link);
  });
  P.on('submit', '#bulk', function (e) { if (e.submitter && e.submitter.hasAttribute('data-plain')) e.submitter.formAction = marked(e.submitter.formAction, e.submitter); });

  /* ---- A form of a page is sent once, by somebody whose session still holds, and with a token that does */
  P.tooLarge = function (form) {
    return Array.prototype.some.call(form.querySelectorAll('input[type=file]'), function (field) {
      return Array.prototype.some.call(field.files, function (file) { return file.size > LARGEST; });
    });
  };
  function checked(form, button) {
    return fetch('/session').then(function (answer) {
      if (answer.status === 401) { P.say(form, P.T.login, P.signIn()); return false; }
      if (!answer.ok) { P.say(form, P.T.failed); return false; }
      return answer.json().then(function (fresh) {
        form.querySelector('[name=csrf_token]').value = fresh.csrf;
        return true;
      });
    }).catch(function () { P.say(form, P.T.offline); return false; }).then(function (good) {
      P.busy(button, false);
      if (!good) { delete form.dataset.sent; return; }
      form.dataset.sent = 'go';
      form.requestSubmit(button);
    });
  }
  P.on('submit', 'form[data-once]', function (e, form) {
    var button = e.submitter || form.querySelector('[type=submit], button:not([type])');
    if (form.dataset.sent === 'go') {
      form.dataset.sent = 'gone';
      setTimeout(function () { P.busy(button, true); });    // a button that is off would not be sent along
      return;
    }
    e.preventDefault();
    if (form.dataset.sent) return;
    if (P.tooLarge(form)) { P.say(form, P.T.large); return; }
    form.dataset.sent = 'asked';
    P.busy(button, true);
    checked(form, button);
  });
  window.addEventListener('pageshow', function () {         // back again: everything can be pressed once more
    P.each(document, '[aria-busy]', function (button) { P.busy(button, false); });
    P.each(document, 'form[data-sent]', function (form) { delete form.dataset.sent; });
  });
})(window.Portal);
