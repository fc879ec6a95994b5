"""gunicorn's settings in production, behind a proxy."""

import os

bind = os.environ.get("ECOUTE") or "127.0.0.1:8000"
worker_class = "gthread"
workers = int(os.environ.get("PROCESSUS") or 2)
threads = 4
# Loaded once, before the workers, with the code and the templates of every page: a wrong
# environment is said once and nothing starts; nobody waits for the first page; workers share it.
preload_app = True
timeout = 120
# A worker that leaks is replaced before it matters; not all of them at once.
max_requests = 5000
max_requests_jitter = 500
# Written often: never on a disk that may be slow or read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108  # heartbeat files, without content
# Each request is one line of the application's own log, without addresses.
accesslog = None
loglevel = "warning"
control_socket_disable = True
# An address of any length reaches the application, which answers in French.
limit_request_line = 0
