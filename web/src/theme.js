// Sets the theme before the first paint: the chosen one, else the system's.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('belay.theme');
  } catch (error) {
    // A page without storage follows the system.
  }
  var dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
