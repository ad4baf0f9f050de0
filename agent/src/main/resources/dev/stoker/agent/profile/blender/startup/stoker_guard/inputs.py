"""Which files a render reads.

Starts at what is rendered, not at what the file holds: objects that are visible to the render, the
world, compositor, sequencer and camera of each scene involved, and whatever they use. Within a node
tree only nodes count that an output reaches. So an orphan, a hidden object's texture or a node left
lying about does not fail a correct scene; a path computed by a script at render time is not seen.
"""

import bpy

from . import paths, trees

# Datablocks that a scene refers to for the sake of the user interface.
_INTERFACE = (
    bpy.types.Brush,
    bpy.types.Palette,
    bpy.types.PaintCurve,
    bpy.types.Screen,
    bpy.types.WorkSpace,
    bpy.types.WindowManager,
)


def of_render(scene):
    """Returns (inputs that hold for all frames, inputs whose file depends on the frame)."""
    used = _reachable(scene)
    found = []
    for block in used:
        found.extend(paths.of_block(block, used[block]))
    for involved in [block for block in used if isinstance(block, bpy.types.Scene)]:
        found.extend(paths.of_sequencer(involved))
    found.extend(trees.file_nodes(used))
    found.extend(paths.of_libraries(used))
    return [f for f in found if not f.by_frame], [f for f in found if f.by_frame]


def _reachable(scene):
    """Returns every datablock the render uses, each with the one that brought it in."""
    uses = _uses()
    reached = {scene: None}
    waiting = [scene]
    while waiting:
        block = waiting.pop()
        if isinstance(block, bpy.types.Scene):
            following = _of_scene(block, uses.get(block, ()))
        else:
            following = [o for o in uses.get(block, ()) if not _is_for_the_artist(block, o)]
        dead = trees.unused_by_nodes(block)
        for other in following:
            if other not in reached and other not in dead and not isinstance(other, _INTERFACE):
                reached[other] = block
                waiting.append(other)
    return reached


def _is_for_the_artist(block, other):
    """Cameras and empties show images and clips in the viewport; constraints keep their own data."""
    return isinstance(block, (bpy.types.Camera, bpy.types.Object)) and isinstance(
        other, (bpy.types.Image, bpy.types.MovieClip)
    )


def _uses():
    uses = {}
    for block, users in bpy.data.user_map().items():
        for user in users:
            if user != block:
                uses.setdefault(user, []).append(block)
    return uses


def _of_scene(scene, references):
    geometry = (bpy.types.Object, bpy.types.Collection)
    following = [other for other in references if not isinstance(other, geometry)]
    following.extend(_visible_objects(scene))
    if scene.camera:
        following.append(scene.camera)
    physics = scene.rigidbody_world
    if physics and physics.collection:
        following.append(physics.collection)
    return following


def _visible_objects(scene):
    shown = set()
    _walk(scene.collection, shown)
    layers = [layer for layer in scene.view_layers if layer.use]
    return [o for o in shown if any(layer.objects.get(o.name) for layer in layers)]


def _walk(collection, shown):
    if collection.hide_render and not collection.animation_data:
        return
    # An animated object may be hidden now and visible in the next frame.
    shown.update(o for o in collection.objects if not o.hide_render or o.animation_data)
    for child in collection.children:
        _walk(child, shown)
