"""`python -m faults.refusing FILE COMMAND...`: runs a command; while FILE is there, its fsyncs fail.

A filter of system calls (seccomp) does it, which needs no right and no library of ours in the other process.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path

_NUMBERS = {"x86_64": (74, 75), "aarch64": (82, 83)}
"""fsync and fdatasync."""
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def can_refuse() -> bool:
    """Whether this machine is one whose system calls we know."""
    return sys.platform == "linux" and platform.machine() in _NUMBERS


def refuse_fsync() -> None:
    """From here on fsync fails in this process and in what it becomes."""
    fsync, fdatasync = _NUMBERS[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, 0),
        (_IF_EQUAL, 1, 0, fsync),
        (_IF_EQUAL, 0, 1, fdatasync),
        (_RETURN, 0, 0, _ERROR | errno.EIO),
        (_RETURN, 0, 0, _ALLOW),
    ]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    code = ctypes.create_string_buffer(packed)
    program = _Program(len(instructions), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0), (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))):
        if libc.prctl(*arguments, 0, 0):
            raise OSError(ctypes.get_errno(), "cannot filter system calls")


if __name__ == "__main__":
    if Path(sys.argv[1]).exists():
        refuse_fsync()
    os.execvp(sys.argv[2], sys.argv[2:])
