/* The form of each of the five steps. */
'use strict';
const Steps = (() => {
  const area = (name, required) => ({ name, kind: 'area', required: !!required });
  const free = facts => facts.found.responsibility === 'own_quality';
  const past = moment => moment && now().getTime() >= Date.parse(moment);
  const SPECS = {
    depart: () => [],
    arrive: ({ job }) => past(job.arrive_by) ? [area('late_reason', true)] : [],
    investigate: () => [area('phenomenon', true), area('investigation', true),
      { name: 'cause_category', kind: 'choice', required: true }, { name: 'responsibility', kind: 'pick', required: true }],
    quote: () => [],
    answer_quote: () => [{ name: 'accepted', kind: 'yesno', required: true },
      { name: 'signer_name', kind: 'text', required: true, most: 80 }, area('evidence'), { name: 'signature', kind: 'sign' }],
    complete: ({ facts }) => [
      { name: 'remedy', kind: 'choice', required: true, choices: free(facts) ? T.choice.remedy.filter(([code]) => T.free_remedies.includes(code)) : null },
      area('work_done', true), { name: 'charge', kind: 'money', required: true, fixed: !(facts.quote && facts.quote.accepted) || free(facts) },
      ...(free(facts) ? [] : [area('free_reason')])],
    confirm: () => [{ name: 'satisfaction', kind: 'pick', required: true },
      area('remark'), { name: 'confirm_negative', kind: 'yesno' }, { name: 'signer_name', kind: 'text', required: true, most: 80 }, { name: 'signature', kind: 'sign', required: true }],
    reject: () => [area('reason', true)],
    back_at_company: () => [],
    return_form: ({ job }) => past(job.return_by) ? [area('late_reason', true)] : []
  };
  const MORE = [area('parts_used'), { name: 'old_serial', kind: 'text', most: 60 }, { name: 'new_serial', kind: 'text', most: 60 },
    { name: 'hours', kind: 'money' }, { name: 'travel_cost', kind: 'money' }];
  const MOMENT = { depart: 'at', arrive: 'arrived_at', back_at_company: 'at' };
  const PHOTOS = ['arrive', 'investigate', 'complete'];

  /* What a form begins with, before anybody has typed. */
  function begun({ job, facts, step }) {
    if (step === 'investigate') return facts.found || {};
    if (step === 'complete') return { charge: facts.quote && facts.quote.accepted && !free(facts) ? facts.quote.amount : '0.00' };
    if (step === 'confirm' || step === 'answer_quote') return { signer_name: job.contact || '' };
    return {};
  }
  function wall(iso) {                                                   // a moment as the company's clock shows it
    const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: me.zone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(iso));
    return parts.replace(' ', 'T');
  }

  function draftOf({ job, visit, step, stuck }) {
    if (stuck) {
      const values = Object.assign({}, stuck.body.data), name = MOMENT[step];
      if (name) values[name] = values[name] || wall(stuck.body.at);
      return { version: stuck.body.version, values, photos: stuck.photos.slice() };
    }
    return visit.drafts[step] || { version: job.version, values: {}, photos: [] };
  }
  const worded = (name, value) => ((T.choice[name] || []).find(([code]) => code === value) || [])[1] || String(value);
  const FOUND = ['phenomenon', 'investigation', 'cause_category', 'responsibility'], SIGNED = ['remedy', 'work_done', 'parts_used', 'old_serial', 'new_serial', 'charge'];
  const READ = FOUND.filter(name => name !== 'cause_category');           // with SIGNED: the text a signature is bound to
  /* What the customer reads before signing; the portal compares it with what stands there when it arrives. */
  function read({ step, facts }) {
    if (step === 'answer_quote') return { lines: facts.quote.lines.map(line => line.description).join(', '), amount: money(cents(facts.quote.amount)) };
    if (step !== 'confirm') return {};
    const all = Object.assign({}, facts.found, facts.done), text = name => name === 'charge' ? money(cents(all[name])) : all[name] || '';
    return Object.fromEntries(READ.concat(SIGNED).map(name => [name, text(name)]));
  }
  const told = (names, source) => el('dl', {}, names.filter(name => source && source[name]).flatMap(
    name => [el('dt', {}, T.field.complete[name]), el('dd', {}, worded(name, source[name]))]));
  const table = quote => el('table', {}, el('tbody', {}, quote.lines.map(line => el('tr', {},
    el('td', {}, line.description), el('td', {}, `${line.quantity} × ${line.price}`)))),
    el('tfoot', {}, el('tr', {}, el('th', { scope: 'row' }, say('total')), el('td', {}, quote.amount))));

  function above(on) {
    const { job, visit, facts, step, save } = on, parts = [];
    const again = change => async () => { Object.assign(visit, change); await save(); Visit.draw(job.id); };
    const button = (words, change, name) => el('button', { type: 'button', className: 'btn plain wide', 'data-do': name, onclick: again(change) }, words);
    if (step === 'depart') parts.push(button(say('already_there'), { already: true }, 'already'));
    if (step === 'arrive' && past(job.arrive_by)) parts.push(el('p', { className: 'note' }, say('late', { text: job.due.text })));
    if (step === 'complete') {
      parts.push(el('details', {}, el('summary', {}, say('found')), told(FOUND, facts.found), button(say('change'), { again: true }, 'again')));
      if (free(facts)) parts.push(el('p', { className: 'note' }, say('free')));
      else if (facts.quote && facts.quote.accepted) parts.push(el('p', { className: 'note' }, say('consented', { amount: facts.quote.amount })),
        button(say('new_quote'), { quoting: true }, 'quote'));
      else parts.push(button(say('make_quote'), { quoting: true }, 'quote'));
    }
    if (step === 'quote') parts.push(button(say('no_quote'), { quoting: null }, 'no-quote'));
    if (step === 'answer_quote') parts.push(el('p', { className: 'note' }, say('unanswered', { amount: facts.quote.amount })),
      table(facts.quote), button(say('new_quote'), { quoting: true }, 'quote'));
    if (step === 'confirm') parts.push(visit.resign ? el('p', { className: 'note' }, say('sign_again')) : '',
      el('div', { className: 'signed' }, el('h3', {}, say('signs')), told(READ, facts.found), told(SIGNED, facts.done)));
    if (step === 'return_form') parts.push(el('p', { className: 'mut' }, say('hand_in')),
      job.back_at ? el('p', { className: 'mut' }, say('came_back', { text: wall(job.back_at).replace('T', ' ') })) : '',
      past(job.return_by) ? el('p', { className: 'note' }, say('late_form', { text: job.due.text })) : '');
    return parts;
  }

  /* A quotation: lines, and their sum. */
  function quoteLines(draft, save) {
    const lines = draft.values.lines && draft.values.lines.length ? draft.values.lines : [{ description: '', quantity: '1', price: '' }];
    const sum = el('output', { className: 'sum' }), rows = el('div', {});
    draft.values.lines = lines;
    const reckon = () => {
      const whole = lines.every(line => cents(line.quantity) !== null && cents(line.price) !== null);
      draft.values.amount = whole ? money(lines.reduce((total, line) => total + lineTotal(line), 0)) : '';
      sum.textContent = `${say('total')}: ${draft.values.amount || '—'}`;
    };
    const cell = (line, index, name, mode) => {
      const id = `${name}-${index}`, most = name === 'description' ? 200 : 12;
      const typed = e => { line[name] = e.target.value.trim(); reckon(); save(); };
      return el('div', { className: 'field ' + name }, el('label', { htmlFor: id }, T.field.line[name]),
        el('input', { id, 'data-cell': name, value: line[name], inputMode: mode, maxLength: most, autocomplete: 'off', oninput: typed }));
    };
    const fill = () => {
      rows.replaceChildren(...lines.map((line, index) => el('div', { className: 'line' },
        cell(line, index, 'description', 'text'), cell(line, index, 'quantity', 'decimal'), cell(line, index, 'price', 'decimal'))));
      reckon();
    };
    const another = () => { lines.push({ description: '', quantity: '1', price: '' }); fill(); };
    fill();
    return [rows, el('button', { type: 'button', className: 'btn plain wide', onclick: another }, say('more_lines')), sum,
      el('p', { className: 'err', 'data-error': 'lines' })];
  }

  /* What the form says beyond its fields, and what is wrong with it. */
  function whole({ job, facts, step }, data, draft) {
    const wrong = {};
    if (step === 'quote') {
      draft.values.lines = draft.values.lines.filter(line => line.description || line.price);
      Object.assign(data, { lines: draft.values.lines, amount: draft.values.amount });
      if (!data.amount || !data.lines.length || !data.lines.every(line => line.description) || cents(data.amount) <= 0) wrong.lines = say('fill_in', { field: T.field.quote.lines });
    }
    if (step === 'complete') {
      for (const name of FOUND) data[name] = facts.found[name];
      if (data.responsibility === 'misuse' && cents(data.charge) === 0 && !data.free_reason) wrong.free_reason = say('fill_in', { field: T.field.complete.free_reason });
      if (me.photos_required && !facts.photos && !draft.photos.length) wrong.photo = say('photo_needed');
    }
    if (step === 'answer_quote' && data.accepted && !data.signature) wrong.signature = say('sign_first');
    if (step === 'confirm') {
      data.method = 'onscreen';
      const unhappy = data.satisfaction <= T.dissatisfied || soundsNegative(data.remark || '');
      if (unhappy && data.confirm_negative !== true) wrong.confirm_negative = say('negative');
    }
    return wrong;
  }

  /* 2.5: the portal's own words and order of looking (app/complaints/remarks.py). */
  function soundsNegative(remark) {
    const folded = remark.normalize('NFKC').toLowerCase().replace(/\u2019/g, "'").replace(/./gsu, sign => T.traditional[sign] || sign);
    return new RegExp(T.negative).test(folded.replace(new RegExp(T.harmless, 'g'), ' '));
  }

  function form(on) {
    const { job, step, stuck, visit, save, finish } = on, draft = draftOf(on), labelled = spec => Object.assign({ label: T.field[step][spec.name] }, spec);
    const specs = SPECS[step](on).concat(stuck && MOMENT[step] ? [{ name: MOMENT[step], kind: 'moment' }] : []).map(labelled), more = MORE.map(labelled);
    const every = step === 'complete' ? specs.concat(more) : specs, values = Object.assign({}, begun(on), draft.values);
    const keep = () => { if (!stuck) { visit.drafts[step] = draft; return save(); } return Promise.resolve(); };
    const barred = !stuck && !unsent(on) && job.barred && job.barred[step];      // what was done here since may have changed that
    const made = el('form', { className: 'card', noValidate: true, 'data-step': step },
      el('h2', {}, T.step[step]), el('p', { className: 'err', role: 'alert', 'data-top': '' }), ...above(on), ...Fields.draw(specs, values),
      ...(step === 'quote' ? quoteLines(draft, keep) : []),
      step === 'complete' ? el('details', { open: more.some(spec => values[spec.name]) }, el('summary', {}, say('more')), ...Fields.draw(more, values)) : '',
      PHOTOS.includes(step) ? Photos.block(draft.photos, keep) : '',
      barred ? el('p', { className: 'note', id: 'barred-' + step, 'data-why': step }, barred) : '',
      el('button', { type: 'submit', className: step === 'back_at_company' ? 'btn plain wide' : 'btn big', 'aria-disabled': String(!!barred),
        'aria-describedby': barred ? 'barred-' + step : '' }, T.button[step]));
    const type = () => {
      draft.values = Object.assign(step === 'quote' ? draft.values : {}, Fields.read(made, every));
      if (step !== 'reject') keep();
    };
    made.addEventListener('input', type);
    made.addEventListener('pointerup', type);
    made.addEventListener('submit', async e => {
      e.preventDefault();
      if (barred) return;
      const data = Fields.read(made, every), wrong = Object.assign(Fields.check(every, data), whole(on, data, draft));
      if (step === 'confirm') negative(made, wrong.confirm_negative || data.confirm_negative !== undefined);
      if (Fields.blame(made, wrong) || made.dataset.sent) return;
      made.dataset.sent = '1';
      await finish(on, data, draft.photos, draft.version, read(on));
    });
    if (step === 'confirm') negative(made, values.confirm_negative !== undefined);
    if (stuck && stuck.answer) setTimeout(() => Fields.blame(made, refusal(stuck.answer.message)));
    return made;
  }
  /* What the portal refused with: one sentence for all, or one per field. */
  function refusal(message) {
    if (typeof message === 'string') return { '': message };
    return Object.fromEntries(Object.entries(message || {}).map(([name, sentences]) => [name, [].concat(sentences).join(' ')]));
  }
  const unsent = ({ job, entries }) => (job.sent || []).length + entries.filter(entry => entry.job === job.id).length > 0;
  function negative(made, shown) { made.querySelector('[name=confirm_negative]').closest('fieldset').hidden = !shown; }

  function draw(on) {
    const parts = [form(on)];
    if (on.step === 'confirm') parts.push(el('details', { className: 'card' }, el('summary', {}, say('not_accepted')),
      form(Object.assign({}, on, { step: 'reject', stuck: null }))));
    if (on.step === 'return_form' && !on.facts.back) parts.push(form(Object.assign({}, on, { step: 'back_at_company', stuck: null })));
    return parts;
  }
  return { draw };
})();
