// Starts swagger-ui on /api/docs; in a file of its own because pages run no inline script.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  displayRequestDuration: true,
});
