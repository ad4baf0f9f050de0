"""Refuses to render a frame that lacks one of its inputs.

Blender renders on without a texture or a linked library and exits with 0. Stoker lays this package
into a session and points BLENDER_USER_SCRIPTS at the folder that holds it, so it is loaded by every
Blender the job starts, whatever its command line. It looks when a render begins, after the job's own
scripts had their chance to repair paths, and before a sample is computed.

Standard library and bpy only; Blender 2.83 and later (Python 3.7).
"""

import os
import sys
import traceback

import bpy
from bpy.app.handlers import persistent

from . import inputs, notes

# sysexits.h EX_NOINPUT: an input did not exist or was not readable.
EXIT_NO_INPUT = 66

_frame_inputs = []


@persistent
def _before_render(scene, _unused=None):
    """Checks all that does not depend on the frame, once for each render."""
    _or_leave(_check_render, scene)


@persistent
def _before_frame(scene, _unused=None):
    """Checks the files that this frame takes from sequences."""
    _or_leave(_check_frame, scene)


def _check_render(scene):
    global _frame_inputs
    fixed, _frame_inputs = inputs.of_render(scene)
    _check([found.at(scene.frame_current) for found in fixed], "start")


def _check_frame(scene):
    frame = scene.frame_current
    _check([found.at(frame) for found in _frame_inputs], frame)


def _check(wanted, when):
    wanted = [entry for entry in wanted if entry]
    missing = [entry for entry in wanted if entry.is_missing() and not notes.is_allowed(entry)]
    for entry in missing:
        notes.write("missing", entry.describe())
    if missing:
        _leave()
    notes.write("checked", {"when": when, "paths": len(wanted)})


def _or_leave(check, scene):
    try:
        check(scene)
    except Exception:
        # A frame that cannot be checked must not pass as checked.
        notes.write("failed", {"reason": traceback.format_exc(limit=4)})
        _leave()


def _leave():
    sys.stdout.flush()
    sys.stderr.flush()
    notes.drop_temporary_folder()
    # sys.exit() inside a handler would unwind through a half-started render.
    os._exit(EXIT_NO_INPUT)


def _chain_to_previous_scripts():
    """Gives the user's own script folder back: modules, start-up scripts, add-ons, presets."""
    previous = os.environ.pop("STOKER_BLENDER_USER_SCRIPTS", "")
    if previous:
        os.environ["BLENDER_USER_SCRIPTS"] = previous
    else:
        os.environ.pop("BLENDER_USER_SCRIPTS", None)
    # From here on Blender itself answers with the user's folder: it reads the variable each time.
    scripts = bpy.utils.user_resource("SCRIPTS")
    bpy.utils.refresh_script_paths()
    startup = os.path.join(scripts, "startup") if scripts else ""
    if not os.path.isdir(startup):
        return
    for module in bpy.utils.modules_from_path(startup, set()):
        try:
            module.register()
        except Exception:
            traceback.print_exc()


def _was_loaded_by_variable():
    folder = os.environ.get("BLENDER_USER_SCRIPTS", "")
    return os.path.realpath(os.path.join(folder, "startup")) == os.path.realpath(
        os.path.dirname(os.path.dirname(__file__))
    )


def register():
    if _before_render in bpy.app.handlers.render_init:
        return
    bpy.app.handlers.render_init.append(_before_render)
    bpy.app.handlers.render_pre.append(_before_frame)
    if _was_loaded_by_variable():
        _chain_to_previous_scripts()


def unregister():
    for handler, function in (
        (bpy.app.handlers.render_init, _before_render),
        (bpy.app.handlers.render_pre, _before_frame),
    ):
        if function in handler:
            handler.remove(function)
