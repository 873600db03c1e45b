/* 省 → 市 → 区县: dependent drop-downs above every region select. The search box below them works without this. */
(function ($) {
  'use strict';
  var words = document.currentScript.dataset, SELECT = 'select[data-ajax--url="/lookup/region"]';

  function ask(path) {
    return fetch(path, { headers: { Accept: 'application/json' } })
      .then(function (answer) { if (!answer.ok) throw answer; return answer.json(); })
      .then(function (data) { return data.regions; });
  }
  function level(name) {
    var list = document.createElement('select');
    list.className = 'form-control';
    list.setAttribute('aria-label', name);
    list.dataset.name = name;
    return list;
  }
  function fill(list, regions, chosen) {
    list.textContent = '';
    list.append(new Option(list.dataset.name, ''));
    regions.forEach(function (region) {
      var option = new Option(region.name, region.code, false, region.code === chosen);
      option.dataset.leaf = region.leaf ? '1' : '';
      list.append(option);
    });
    list.hidden = !regions.length;
  }

  function chain(select) {
    if (select.dataset.chained) return;
    select.dataset.chained = '1';
    var lists = [level(words.province), level(words.city), level(words.county)], box = document.createElement('div'), quiet = false;
    box.className = 'chain';
    lists.forEach(function (list) { list.hidden = true; box.append(list); });
    select.parentNode.insertBefore(box, select);

    function set(option) {
      quiet = true;
      $(select).empty().append(new Option('', ''));
      if (option) {
        var name = lists.map(function (list) { return list.value ? list.selectedOptions[0].text : ''; }).join('');
        $(select).append(new Option(name, option.value, true, true));
      }
      $(select).trigger('change');
      quiet = false;
    }
    function show(code) {                                   // the chain follows what was searched, kept or typed before
      if (!code) return ask('/region/children').then(function (all) { fill(lists[0], all); fill(lists[1], []); fill(lists[2], []); });
      return ask('/region/path/' + code).then(function (path) {
        return Promise.all(lists.map(function (list, n) {
          if (n > path.length - 1) { fill(list, []); return null; }
          return ask('/region/children' + (n ? '?of=' + path[n - 1].code : '')).then(function (all) { fill(list, all, path[n].code); });
        }));
      });
    }
    lists.forEach(function (list, n) {
      list.addEventListener('change', function () {
        var option = list.selectedOptions[0];
        lists.slice(n + 1).forEach(function (lower) { fill(lower, []); });
        set(option && option.dataset.leaf ? option : null);
        if (option && option.value && !option.dataset.leaf) ask('/region/children?of=' + option.value).then(function (all) { fill(lists[n + 1], all); });
      });
    });
    $(select).on('change', function () { if (!quiet) show(select.value); });
    show(select.value).catch(function () { box.remove(); });
  }
  function everywhere(root) { Array.prototype.forEach.call(root.querySelectorAll(SELECT), chain); }

  everywhere(document);
  var dialog = document.getElementById('dlg');
  if (dialog) new MutationObserver(function () { everywhere(dialog); }).observe(dialog, { childList: true, subtree: true });
})(jQuery);
