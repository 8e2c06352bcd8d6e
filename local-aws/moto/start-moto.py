"""moto as the local AWS runs it: gone when its parent is gone, and, on request, the same ids and times when calls are repeated.

It writes its port to standard output once it listens, and ends when its standard input does.

A request with the headers X-Local-Seed and X-Local-Now (milliseconds since the epoch) is worked on alone, with
randomness and clock set to these, so that the same requests in the same order make the same account.
"""

import datetime
import functools
import logging
import os
import random
import sys
import threading

try:
    import moto.core.responses
    import moto.core.utils
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server
except ImportError as error:
    sys.exit(f"moto's server is not whole there ({error})")

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


def find_once():
    """moto lists its own folder, and all names of the class that answers, at each request: a fifth of its time."""
    names = functools.cache(moto.core.utils.method_names_from_class)
    moto.core.responses.method_names_from_class = names
    backend = DomainDispatcherApplication.get_backend_for_host
    DomainDispatcherApplication.get_backend_for_host = functools.lru_cache(maxsize=256)(backend)


def end_with_parent():
    """Ends this process when its parent has died, be it by SIGKILL: then nobody holds the other end of the pipe."""
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    moto.core.utils.datetime = Clock()
    find_once()
    # A line for each request would tell nobody anything.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = repeatable(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    os.environ["MOTO_PORT"] = str(server.port)
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
