"""moto as the local AWS runs it: gone when its parent is gone, and, on request, the same ids and times when calls are repeated.

A request with the headers X-Local-Seed and X-Local-Now (milliseconds since the epoch) is worked on alone, with
randomness and clock set to these, so that the same requests in the same order make the same account.
"""

import argparse
import datetime
import os
import random
import threading
import time

import moto.core.utils
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

given = threading.local()


class SetTime(datetime.datetime):
    """The time that the request in hand is said to have come, else the real one."""

    @classmethod
    def now(cls, tz=None):
        at = getattr(given, "now", None)
        if at is None:
            return datetime.datetime.now(tz)
        return datetime.datetime.fromtimestamp(at / 1000, tz)


class Clock:
    """The datetime module, as moto.core.utils sees it; all of moto asks that file for the time."""

    datetime = SetTime

    def __getattr__(self, name):
        return getattr(datetime, name)


def repeatable(app):
    """One request at a time; those that have a seed get their randomness from it."""
    alone = threading.Lock()

    def answer(environ, start_response):
        seed = environ.pop("HTTP_X_LOCAL_SEED", None)
        at = environ.pop("HTTP_X_LOCAL_NOW", None)
        with alone:
            if seed is not None:
                mock_random.seed(seed)
                random.seed(seed)
            given.now = None if at is None else int(at)
            try:
                return list(app(environ, start_response))
            finally:
                given.now = None

    return answer


def leave_with(parent):
    """Ends this process when its parent has died, be it by SIGKILL."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("MOTO_PORT", str(arguments.port))
    moto.core.utils.datetime = Clock()
    threading.Thread(target=leave_with, args=(arguments.parent,), daemon=True).start()
    app = repeatable(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", arguments.port, app, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
