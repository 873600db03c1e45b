/* A refusal is in view: the first wrong field has the focus, and its sentence goes when the field is filled. */
(function () {
  'use strict';
  var REACHED = '[aria-invalid], input:not([type=hidden]), select, textarea, button';

  function within(field) {
    var control = field.querySelector(REACHED), box = control && control.nextElementSibling;
    return box && box.matches('.select2') ? box.querySelector('[tabindex]') : control;
  }
  /* Of a field too tall to be seen whole, the sentence; else the field with it */
  function place(field) {
    var sentence = field.querySelector('.err');
    return sentence && field.offsetHeight > window.innerHeight / 3 ? sentence : field;
  }
  /* True when there was something to look at */
  window.showRefusal = function (root) {
    var wrong = root.querySelector('.fld.bad'), note = root.querySelector('.note[role=alert]:not([hidden])'), control = wrong && within(wrong);
    if (!wrong && !note) return false;
    (wrong ? place(wrong) : note).scrollIntoView({ block: 'center' });
    (control || note || wrong).focus({ preventScroll: true });
    return true;
  };

  function answered(part) {
    return Array.prototype.some.call(part.querySelectorAll('[name]'), function (field) {
      if (/radio|checkbox/.test(field.type)) return field.checked;
      return field.type !== 'hidden' || field.closest('[data-signature]') ? Boolean(field.value.trim()) : false;
    });
  }
  /* The summary above the form names what is still missing, and that alone */
  function unname(id) {
    Array.prototype.forEach.call(document.querySelectorAll('[data-trouble] a[href="#' + CSS.escape(id) + '"]'), function (link) {
      var beside = link.nextElementSibling ? link.nextSibling : link.previousElementSibling ? link.previousSibling : null;
      if (beside && beside.nodeType === Node.TEXT_NODE) beside.remove();
      if (!link.nextElementSibling && !link.previousElementSibling) link.parentNode.remove(); else link.remove();
    });
  }
  function filled(e) {
    var part = e.target.closest && e.target.closest('.fld.bad'), form = part && part.closest('form');
    if (!part || !answered(part)) return;
    part.classList.remove('bad');
    Array.prototype.forEach.call(part.querySelectorAll('.err'), function (sentence) { unname(sentence.id); sentence.remove(); });
    Array.prototype.forEach.call(part.querySelectorAll('[aria-invalid]'), function (field) { field.removeAttribute('aria-invalid'); });
    Array.prototype.forEach.call(part.querySelectorAll('[aria-describedby$="-e"]'), function (field) { field.removeAttribute('aria-describedby'); });
    if (form && !form.querySelector('.fld.bad')) Array.prototype.forEach.call(document.querySelectorAll('[data-trouble]'), function (note) { note.remove(); });
  }
  ['input', 'change', 'picked'].forEach(function (event) { document.addEventListener(event, filled); });
}());
