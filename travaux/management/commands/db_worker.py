"""``manage.py db_worker``: does the long works of the queue, one after the other, until stopped.

The library's worker leaves the tasks of one that died « running » for ever; this one first puts
them back in the queue. Any number of them may run at once.
"""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from travaux.reprise import reprendre_les_abandonnes
from travaux.taches import en_file

INTERVALLE = 1.0  # seconds


class Command(BaseCommand):
    help = "Fait les longs travaux mis en file, l'un après l'autre, jusqu'à ce qu'on l'arrête."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", action="store_true", help="faire ce qui attend, puis s'arrêter"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not en_file():
            raise CommandError(
                "Il n'y a pas de file : les longs travaux se font dans les pages. Pour une file, "
                "donnez FILE_DE_TRAVAUX=oui à l'application comme à cette commande."
            )
        worker = Worker(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=0,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        if options["batch"]:
            reprendre_les_abandonnes()
            worker.run()
            return
        # Asked to stop, it ends the work under way first; asked twice, it leaves it for later.
        worker.configure_signals()
        while worker.running:
            close_old_connections()
            reprendre_les_abandonnes()
            # Only then: taking a task locks a SQLite database, even when there is none to take.
            if DBTaskResult.objects.ready().exists():
                worker.run()
            if worker.running:
                time.sleep(INTERVALLE)
