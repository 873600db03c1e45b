/* What every script of the portal shares. Every page works without any of them. */
window.Portal = (function () {
  'use strict';
  var T = document.body.dataset, parts = [];

  function each(root, selector, handler) { Array.prototype.forEach.call(root.querySelectorAll(selector), handler); }
  function on(event, selector, handler) {
    document.addEventListener(event, function (e) {
      var target = e.target.closest && e.target.closest(selector);
      if (target) handler(e, target);
    });
  }

  /* A part of a page came to be: whoever has something to add to it does so, in the order of the scripts */
  function enhances(part) { parts.push(part); }
  function enhance(root) { parts.forEach(function (part) { part(root); }); }

  /* A sentence within a form, in view; `link` is a way out of the trouble */
  function say(form, text, link) {
    var note = form.querySelector('[data-say]');
    if (!note) {
      note = document.createElement('div');
      note.className = 'note red';
      note.dataset.say = '';
      note.setAttribute('role', 'alert');
      note.tabIndex = -1;
      form.prepend(note);
    }
    note.textContent = text;
    if (link) { note.append(' '); note.append(link); }
    note.hidden = !text;
    if (text) { note.scrollIntoView({ block: 'center' }); note.focus({ preventScroll: true }); }
  }
  function signIn() {
    var link = document.createElement('a');
    link.href = '/login/?next=' + encodeURIComponent(location.href);
    link.target = '_blank';
    link.textContent = T.signin;
    return link;
  }

  /* Really? Whoever answers without looking destroys nothing. */
  function ask(sentence, yes, no, act) {
    var box = document.getElementById('ask'), button = box && box.querySelector('[data-yes]');
    if (!box || !box.showModal) { if (window.confirm(sentence)) act(); return; }
    box.querySelector('[data-ask]').textContent = sentence;
    button.textContent = yes;
    box.querySelector('[data-close]').textContent = no;
    button.onclick = function () { box.close(); act(); };
    box.showModal();
    box.querySelector('[data-close]').focus();
  }

  return { T: T, each: each, on: on, enhance: enhance, enhances: enhances, say: say, signIn: signIn, ask: ask };
})();
