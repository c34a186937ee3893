/* Says aloud what htmx has changed: how many rows a list shows, or what an element says of
   itself. The region that is read out stays on the page; what was changed does not. */
"use strict";
(function () {
  function rows(list) {
    var found = list.querySelectorAll("table tbody tr, .task-list__item, .timeline > li");
    var words = document.getElementById("announced").dataset;
    if (found.length === 0) { return words.none; }
    return (found.length === 1 ? words.one : words.many).replace("{count}", found.length);
  }

  document.addEventListener("htmx:afterSettle", function (event) {
    var changed = event.detail.elt;
    var place = document.getElementById("announced");
    if (!place || !changed || !changed.matches) { return; }
    var isList = changed.matches(".list");
    var sentence = isList ? rows(changed) : changed.dataset.announce || "";
    if (!isList && place.textContent === sentence) { return; }
    place.textContent = "";
    window.setTimeout(function () { place.textContent = sentence; }, 100);
    // What had the focus may be gone, as the link after the last page is.
    if (isList && document.activeElement === document.body) { changed.focus(); }
  });
})();
