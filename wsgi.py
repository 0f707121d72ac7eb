"""What the server starts: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from guarantee import create_app

app = create_app()
