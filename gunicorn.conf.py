"""How gunicorn serves the program; read by itself when it starts in the project's root.

A dispatcher's open page holds one thread for its server-sent events, so threads are many and
workers few; docs/operations.md says how to count them.
"""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("THREADS", "16"))
timeout = 60
graceful_timeout = 5  # a stream of events has no end of its own
keepalive = 5
loglevel = os.environ.get("LOG_LEVEL", "warning")
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Make the pre-printed form before the first caller waits for it."""
    from guarantee.collector import pass_over_what_stays
    from guarantee.letters.paper import warm

    warm()
    pass_over_what_stays()
