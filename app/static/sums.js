/* A total adds itself up: <input data-sum="lines"> follows the rows of that name, quantity × price. */
(function () {
  'use strict';
  function cents(text) { return /^\d{1,9}(\.\d{1,2})?$/.test(text) ? Math.round(parseFloat(text) * 100) : null; }
  function plain(text) { return text.normalize('NFKC').replace(/[,¥\s]/g, ''); }
  function line(row) {                                                   // to the fen, a half to the even one, as the server reckons
    var typed = ['quantity', 'price'].map(function (name) { return plain(row.querySelector('[name$="-' + name + '"]').value); });
    if (!typed[0] && !typed[1]) return 0;
    var parts = typed.map(cents);
    if (parts[0] === null || parts[1] === null) return null;
    var product = parts[0] * parts[1], rest = product % 100, whole = (product - rest) / 100;
    return whole + (rest > 50 || (rest === 50 && whole % 2) ? 1 : 0);
  }
  document.addEventListener('input', function (e) {
    var rows = e.target.closest('.rowset'), total = rows && rows.closest('form').querySelector('[data-sum="' + rows.id + '"]');
    if (!total) return;
    var lines = Array.prototype.map.call(rows.querySelectorAll('tbody tr'), line);
    var whole = lines.every(function (amount) { return amount !== null; });
    var sum = lines.reduce(function (before, amount) { return before + amount; }, 0);
    total.value = whole && sum ? (sum / 100).toFixed(2) : '';
  });
}());
