"""What goes wrong with an SSH server, in the words of `foundation.network`: each disagreement by itself.

Convention: paramiko tells disagreements apart in its texts alone, which are fixed and hold no data; the first that is
found in the text says which one it is. Whether an answer or the line was lost is the session's to know.
"""

from typing import Final

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from foundation.network.fault_kinds import FaultKind
from foundation.network.faults import Fault, fault_of

_DISAGREEMENTS: Final = {
    "kex": FaultKind.NO_COMMON_KEY_EXCHANGE,
    "host key": FaultKind.HOST_KEY_KIND,
    "cipher": FaultKind.NO_COMMON_CIPHER,
    "mac": FaultKind.NO_COMMON_MAC,
    "compression": FaultKind.NO_COMMON_COMPRESSION,
    "version": FaultKind.SSH_VERSION,
}
_NO_SSH: Final = ("banner", "protocol version")


def ssh_fault(error: BaseException, *, host: str) -> Fault:
    """What an error of the connection, of paramiko or of the operating system, means.

    >>> ssh_fault(IncompatiblePeer("Incompatible ssh server (no acceptable ciphers)"), host="sftp.example").kind.value
    'NO_COMMON_CIPHER'
    """
    said = str(error)
    match error:
        case IncompatiblePeer():
            kind = next((kind for word, kind in _DISAGREEMENTS.items() if word in said), FaultKind.SSH_BROKEN)
            return Fault(kind, said.partition("(")[2].rstrip(")") if kind in _NAMED else "SSH", host)
        case paramiko.BadAuthenticationType():
            return Fault(FaultKind.SIGN_IN_METHOD, " ".join(error.allowed_types), host)
        case paramiko.AuthenticationException() if "timeout" in said:
            return Fault(FaultKind.TIMED_OUT, "SSH userauth", host)
        case paramiko.ChannelException():
            return Fault(FaultKind.NO_SFTP, f"SSH channel {error.code}", host)
        case paramiko.SSHException() if any(words in said for words in _NO_SSH):
            return Fault(FaultKind.NOT_SSH, "SSH banner", host)
    fault = fault_of(error, host=host)
    if fault.kind is FaultKind.UNCLASSIFIED and isinstance(error, paramiko.SSHException):
        return Fault(FaultKind.SSH_BROKEN, "SSH", host)
    return fault


_NAMED: Final = frozenset(_DISAGREEMENTS.values()) - {FaultKind.SSH_VERSION}
