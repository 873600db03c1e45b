/* Elements, words, and the fields of a step. */
'use strict';
let T = null, me = null;
const $ = id => document.getElementById(id);
function el(tag, facts, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts || {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== 'list') made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside.flat().filter(part => part !== null && part !== undefined && part !== ''));
  return made;
}
/* Whoever draws the page last has the say: what was begun before it is dropped. */
const Turn = (() => { let last = 0; return { take: () => (last += 1), holds: turn => turn === last }; })();
const say = (name, facts) => Object.entries(facts || {}).reduce((text, [key, value]) => text.split(`{${key}}`).join(value), T.say[name]);
const now = () => new Date(Date.now() + (me && me.skew || 0));
const day = plus => dayOf(new Date(now().getTime() + (plus || 0) * 864e5));
function dayOf(moment) {
  return new Intl.DateTimeFormat('en-CA', { timeZone: me.zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(moment);
}
const cents = text => /^\d{1,9}(\.\d{1,2})?$/.test(String(text).trim()) ? Math.round(parseFloat(text) * 100) : null;
const money = number => (number / 100).toFixed(2);
function lineTotal(line) {                                             // to the fen, a half to the even one, as the portal reckons
  const product = cents(line.quantity) * cents(line.price), rest = product % 100, whole = (product - rest) / 100;
  return whole + (rest > 50 || (rest === 50 && whole % 2) ? 1 : 0);
}

const Fields = (() => {
  const star = spec => spec.required ? el('b', { className: 'req', 'aria-hidden': 'true' }, ' *') : '';
  const label = (spec, tag) => el(tag || 'label', tag ? {} : { htmlFor: spec.name }, spec.label, star(spec));
  const error = spec => el('p', { className: 'err', id: spec.name + '-e', 'data-error': spec.name });
  const box = (spec, ...inside) => el('div', { className: 'field' }, ...inside, error(spec));
  const facts = (spec, value) => ({
    id: spec.name, name: spec.name, value: value || '', autocomplete: 'off',
    'aria-describedby': spec.name + '-e', 'aria-required': String(!!spec.required)
  });
  const radios = (spec, value, pairs) => el('fieldset', { className: 'field' }, label(spec, 'legend'), pairs.map(([code, words]) => el('label', { className: 'pick' },
    el('input', { type: 'radio', name: spec.name, value: code, checked: String(value) === code }), words)), error(spec));
  const KINDS = {
    area: (spec, value) => box(spec, label(spec), el('textarea', Object.assign(facts(spec, value), { rows: 3, maxLength: 20000 }))),
    text: (spec, value) => box(spec, label(spec), el('input', Object.assign(facts(spec, value), { maxLength: spec.most || 200 }))),
    money: (spec, value) => box(spec, label(spec), el('input', Object.assign(facts(spec, value), { inputMode: 'decimal', readOnly: !!spec.fixed }))),
    moment: (spec, value) => box(spec, label(spec), el('input', Object.assign(facts(spec, value), { type: 'datetime-local' }))),
    choice: (spec, value) => {
      const options = [['', say('choose')], ...(spec.choices || T.choice[spec.name])];
      const select = el('select', facts(spec), options.map(([code, words]) => el('option', { value: code }, words)));
      select.value = value || '';
      return box(spec, label(spec), select);
    },
    pick: (spec, value) => radios(spec, value, T.choice[spec.name]),
    yesno: (spec, value) => radios(spec, value, [['true', say('yes')], ['false', say('no')]]),
    sign: (spec, value) => el('div', { className: 'field' }, el('p', { className: 'lbl' }, say('sign_here'), star(spec)),
      el('div', { className: 'pad', 'data-signature': '' }, el('canvas', { role: 'img', 'aria-label': say('sign_here') }),
        el('input', { type: 'hidden', name: spec.name, value: value || '' }),
        el('button', { type: 'button', className: 'btn plain', 'data-clear': '' }, say('clear'))), error(spec))
  };
  const draw = (specs, values) => specs.map(spec => KINDS[spec.kind](spec, values[spec.name]));

  /* What was typed; nothing for what was left empty. */
  function read(form, specs) {
    const typed = new FormData(form), data = {};
    for (const spec of specs) {
      const value = String(typed.get(spec.name) || '').trim();
      if (value) data[spec.name] = spec.kind === 'yesno' ? value === 'true' : spec.name === 'satisfaction' ? Number(value) : value;
    }
    return data;
  }
  function check(specs, data) {
    const wrong = {};
    for (const spec of specs) {
      const value = data[spec.name];
      if (spec.required && (value === undefined || value === '')) wrong[spec.name] = spec.kind === 'sign' ? say('sign_first') : say('fill_in', { field: spec.label });
      else if (spec.kind === 'money' && value && cents(value) === null) wrong[spec.name] = say('amount_wrong');
    }
    return wrong;
  }
  /* The sentences beside their fields, the rest on top; the first one is brought into view. */
  function blame(form, wrong) {
    const left = [];
    form.querySelectorAll('[data-error]').forEach(place => { place.textContent = ''; });
    for (const [name, sentence] of Object.entries(wrong)) {
      const place = form.querySelector(`[data-error="${name}"]`), field = form.querySelector(`[name="${name}"]`);
      if (place) place.textContent = sentence; else left.push(sentence);
      if (field) field.setAttribute('aria-invalid', 'true');
    }
    const top = form.querySelector('[data-top]');
    top.textContent = left.join(' ');
    const first = left.length ? top : form.querySelector('[data-error]:not(:empty)');
    if (first) first.scrollIntoView({ block: 'center' });
    return Object.keys(wrong).length > 0;
  }
  return { draw, read, check, blame };
})();
