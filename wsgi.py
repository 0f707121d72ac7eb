"""What the server starts: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from guarantee import create_app
from guarantee.config import MissingKey
from guarantee.demo.mark import NotADemo

try:
    app = create_app()
except (MissingKey, NotADemo) as refusal:
    raise SystemExit(str(refusal)) from None
