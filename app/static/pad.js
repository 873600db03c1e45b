/* A pad to sign on: the drawing travels as a data URL in a hidden input. */
'use strict';
window.signaturePads = function (root) {
  Array.prototype.forEach.call(root.querySelectorAll('[data-signature]'), function (pad) {
    var canvas = pad.querySelector('canvas'), input = pad.querySelector('input'), pen = canvas.getContext('2d'), drawing = false;
    canvas.width = canvas.clientWidth || 500;
    canvas.height = canvas.clientHeight || 160;
    pen.lineWidth = 2.4; pen.lineCap = 'round'; pen.lineJoin = 'round'; pen.strokeStyle = '#111827';
    if (input.value) { var before = new Image(); before.onload = function () { pen.drawImage(before, 0, 0); }; before.src = input.value; }
    function at(e) { var box = canvas.getBoundingClientRect(); return [(e.clientX - box.left) * canvas.width / box.width, (e.clientY - box.top) * canvas.height / box.height]; }
    canvas.addEventListener('pointerdown', function (e) { drawing = true; canvas.setPointerCapture(e.pointerId); pen.beginPath(); pen.moveTo.apply(pen, at(e)); });
    canvas.addEventListener('pointermove', function (e) { if (drawing) { pen.lineTo.apply(pen, at(e)); pen.stroke(); } });
    canvas.addEventListener('pointerup', function () { if (drawing) { drawing = false; input.value = canvas.toDataURL('image/png'); } });
    pad.querySelector('[data-clear]').addEventListener('click', function () { pen.clearRect(0, 0, canvas.width, canvas.height); input.value = ''; });
  });
};
