"""Node trees: which datablocks and files their live nodes use."""

import bpy

from . import paths

# Attributes by which nodes of any tree refer to datablocks.
_REFERENCES = ("image", "node_tree", "clip", "scene", "object", "texture", "mask", "script", "ies")


def _tree_of(block):
    if isinstance(block, bpy.types.NodeTree):
        return block, True
    tree = getattr(block, "node_tree", None)
    if not isinstance(tree, bpy.types.NodeTree):
        return None, False
    live = getattr(block, "use_nodes", True)
    if isinstance(block, bpy.types.Scene):
        live = live and block.render.use_compositing
    return tree, live


def _live_nodes(tree):
    """Nodes that an output reaches against the direction of the links."""
    sources = {}
    for link in tree.links:
        if not getattr(link, "is_muted", False):
            sources.setdefault(link.to_node, []).append(link.from_node)
    waiting = [n for n in tree.nodes if not n.outputs or "Output" in n.bl_idname]
    live = set(waiting)
    while waiting:
        for node in sources.get(waiting.pop(), ()):
            if node not in live:
                live.add(node)
                waiting.append(node)
    return [node for node in live if not node.mute]


def _references(nodes):
    found = set()
    for node in nodes:
        for name in _REFERENCES:
            value = getattr(node, name, None)
            if isinstance(value, bpy.types.ID):
                found.add(value)
    return found


def unused_by_nodes(block):
    """Datablocks that only dead nodes of this block refer to."""
    tree, live = _tree_of(block)
    if tree is None:
        return ()
    used = _references(_live_nodes(tree)) if live else set()
    return _references(tree.nodes) - used


def live_nodes(blocks):
    """Each live node of each tree, with the datablock that owns the tree."""
    for block in blocks:
        tree, live = _tree_of(block)
        if tree is not None and live:
            for node in _live_nodes(tree):
                yield block, node


def file_nodes(blocks):
    """Files that nodes name themselves, and the image sequences that they play."""
    for block, node in live_nodes(blocks):
        user = "node '%s' of %s" % (node.name, paths.title(block))
        if getattr(node, "mode", "") == "EXTERNAL" and getattr(node, "filepath", ""):
            # Script (OSL) and IES nodes.
            yield paths.Input(node.filepath, block.library, "file", user)
        image = getattr(node, "image", None)
        if image is not None and image.source == "SEQUENCE":
            yield paths.image_sequence(image, getattr(node, "image_user", node), user)
