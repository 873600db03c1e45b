/* A pad to sign on: the drawing travels as a data URL in a hidden input; a pad without ink has none, and says so. */
(function () {
  'use strict';
  window.signaturePads = function (root) {
    Array.prototype.forEach.call(root.querySelectorAll('[data-signature]'), function (pad) {
      var canvas = pad.querySelector('canvas'), input = pad.querySelector('input'), pen = canvas.getContext('2d'), drawing = false, inked = false;
      function size() {                                                    // one that was hidden has its size only when it is shown
        canvas.width = canvas.clientWidth || 500;
        canvas.height = canvas.clientHeight || 160;
        pen.lineWidth = 2.4; pen.lineCap = 'round'; pen.lineJoin = 'round'; pen.strokeStyle = '#111827';
      }
      size();
      if (input.value) { var before = new Image(); before.onload = function () { pen.drawImage(before, 0, 0); }; before.src = input.value; }
      function at(e) { var box = canvas.getBoundingClientRect(); return [(e.clientX - box.left) * canvas.width / box.width, (e.clientY - box.top) * canvas.height / box.height]; }
      canvas.addEventListener('pointerdown', function (e) { if (!input.value && canvas.width !== canvas.clientWidth) size(); drawing = true; inked = Boolean(input.value); canvas.setPointerCapture(e.pointerId); pen.beginPath(); pen.moveTo.apply(pen, at(e)); });
      canvas.addEventListener('pointermove', function (e) { if (drawing) { inked = true; pen.lineTo.apply(pen, at(e)); pen.stroke(); } });
      canvas.addEventListener('pointerup', function () { if (!drawing) return; drawing = false; if (!inked) { missing(pad); return; } input.value = canvas.toDataURL('image/png'); input.dispatchEvent(new Event('change', { bubbles: true })); });
      pad.querySelector('[data-clear]').addEventListener('click', function () { pen.clearRect(0, 0, canvas.width, canvas.height); input.value = ''; });
    });
  };

  function missing(pad) {                                                  // at the pad itself, as the server would say it
    var part = pad.closest('.fld'), said = part && part.querySelector('.err');
    if (!part || !pad.dataset.empty) return;
    if (!said) {
      said = document.createElement('p');
      said.className = 'err';
      said.setAttribute('role', 'alert');
      pad.after(said);
    }
    said.textContent = pad.dataset.empty;
    part.classList.add('bad');
    pad.scrollIntoView({ block: 'nearest' });
  }
  document.addEventListener('submit', function (e) {
    var empty = Array.prototype.find.call(e.target.querySelectorAll('[data-signature][data-needed]'), function (pad) {
      return pad.offsetParent && !pad.querySelector('input').value;
    });
    if (!empty) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    missing(empty);
  }, true);
}());
