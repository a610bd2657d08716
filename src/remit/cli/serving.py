"""What the commands that serve a page share: a port that is surely free before its link is printed."""

import errno
import socket
from typing import TYPE_CHECKING

from remit.errors import UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens at `host` and `port`.

    Raises
    ------
    UsageError
        `port` is none, another program listens there, or this user may not.
    """
    if not 0 < port < 65536:
        raise UsageError(f"--port {port} is no port; choose one from 1 to 65535")
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(100)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            advice = f"stop what listens there, or choose another: --port {port + 1 if port < 65535 else port - 1}"
            raise UsageError(f"port {port} is in use; {advice}") from None
        reason = (error.strerror or "it cannot be used").lower()
        raise UsageError(f"port {port}: {reason}; choose one above 1023: --port 8765") from None
    return made


def serve(application: "Starlette", at: socket.socket) -> None:
    """Answer requests until interrupted. The extra `screen` must be installed."""
    import uvicorn

    with at:
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[at])
