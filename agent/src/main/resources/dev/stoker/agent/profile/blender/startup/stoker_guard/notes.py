"""What the guard says: one line a finding, on standard output and in the session's notes file.

The file is for jobs whose script sends Blender's output elsewhere and drops its exit status.
"""

import ctypes
import fnmatch
import json
import os
import shutil
import sys

import bpy


def write(kind, fields):
    line = "stoker-guard " + kind + " " + json.dumps(fields, sort_keys=True)
    # Blender's own lines wait in C's buffer when output is no terminal. Its banner must not come
    # behind ours: to the reader it begins another process, whose inputs nobody has checked.
    ctypes.CDLL(None).fflush(None)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    path = os.environ.get("STOKER_BLENDER_NOTES")
    if not path or kind == "checked":
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        print("stoker-guard cannot write its notes: %s" % error)


def is_allowed(entry):
    """Whether the job says that it can do without: STOKER_ALLOW_MISSING, patterns apart by ';'."""
    patterns = [p for p in os.environ.get("STOKER_ALLOW_MISSING", "").split(";") if p]
    names = (entry.path, entry.stored, os.path.basename(entry.path))
    return any(fnmatch.fnmatchcase(name, p) for p in patterns for name in names)


def drop_temporary_folder():
    folder = bpy.app.tempdir
    # Blender's own, one a process; it would remove it at a regular exit.
    if os.path.basename(os.path.normpath(folder)).startswith("blender_"):
        shutil.rmtree(folder, ignore_errors=True)
