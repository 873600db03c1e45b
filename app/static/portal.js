/* The shell's behaviour. Every page works without it. */
(function (P) {
  'use strict';
  var on = P.on, each = P.each;

  /* ---- The entry of the menu one is on is in view */
  var here = document.querySelector('.p-side .on'), side = here && here.parentNode;
  if (side && (here.offsetTop + here.offsetHeight > side.clientHeight)) side.scrollTop = here.offsetTop - side.clientHeight / 2;

  on('click', '#p-burger', function (e, button) { e.preventDefault(); button.setAttribute('aria-expanded', document.body.classList.toggle('nav-open')); });
  setTimeout(function () { each(document, '.t-success', function (toast) { toast.remove(); }); }, 8000);
  on('click', '.t-x', function (e, button) { button.parentNode.remove(); });
  on('click', 'tr[data-href]', function (e, row) { if (!e.target.closest('a,button,input,label,summary') && !String(getSelection())) location.href = row.dataset.href; });
  on('change', '[data-submit]', function (e, field) { field.form.submit(); });
  document.addEventListener('click', function (e) { each(document, 'details.menu[open]', function (menu) { if (!menu.contains(e.target)) menu.open = false; }); });
  document.addEventListener('keydown', function (e) {
    if (e.key === 'Escape') each(document, 'details.menu[open]', function (menu) { menu.open = false; menu.querySelector('summary').focus(); });
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
    if (/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName) || document.activeElement.isContentEditable) return;
    var target = document.getElementById({ '/': 'p-q', n: 'p-new' }[e.key]);
    if (!target) return;
    e.preventDefault();
    if (e.key === '/') target.focus(); else location.href = target.href;
  });

  /* ---- Really? <form data-confirm="sentence"> */
  on('submit', 'form[data-confirm]', function (e, form) {
    if (form.dataset.sure) return;
    e.preventDefault();
    P.ask(form.dataset.confirm, P.T.confirm, P.T.cancel, function () { form.dataset.sure = '1'; form.submit(); });
  });

  /* ---- Bulk: what is ticked goes along */
  function ticked() { return document.querySelectorAll('.rows .chk [name=rowid]:checked'); }
  on('change', '.rows .chk input', function (e, box) {
    if (box.name !== 'rowid') each(document, '.rows .chk [name=rowid]', function (other) { other.checked = box.checked; });
    var bar = document.querySelector('.p-bulk');
    if (bar) { bar.hidden = !ticked().length; bar.querySelector('[data-count]').textContent = ticked().length; }
  });

  P.enhance(document);
  window.showRefusal(document.getElementById('main') || document.body);
  each(document, '.tabs .on', function (tab) { tab.parentNode.scrollLeft = tab.offsetLeft - tab.parentNode.clientWidth / 2; });
})(window.Portal);
