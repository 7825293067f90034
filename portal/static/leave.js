/* Asks before a page is left whose typed text is stored nowhere yet. Without scripts nothing else is missing. */
(function () {
  "use strict";
  var typed = new Set(document.querySelectorAll('form[data-unsaved="yes"]'));
  addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.dataset.unsaved !== undefined) { typed.add(form); }
  });
  addEventListener("submit", function (event) { typed.delete(event.target); });
  addEventListener("beforeunload", function (event) { if (typed.size) { event.preventDefault(); } });
})();
