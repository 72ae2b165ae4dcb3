"use strict";
// The interactive document of the API: Swagger UI from the site's own files, reading the site's own document.
(function () {
  const root = document.documentElement;
  const place = document.getElementById("api-docs");
  if (!place || !window.SwaggerUIBundle) return;

  // Swagger UI has a dark side of its own, switched by a class
  const system = matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    const theme = root.dataset.theme;
    root.classList.toggle("dark-mode", theme ? theme === "dark" : system.matches);
  }
  follow();
  system.addEventListener("change", follow);
  document.addEventListener("themechange", follow);

  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.schema,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    validatorUrl: null,
    syntaxHighlight: false, // its colours are too weak to read, and large answers would take it minutes
    // words of refusals in the language of the page
    requestInterceptor(request) {
      request.headers["Accept-Language"] ||= root.lang;
      return request;
    },
  });
})();
