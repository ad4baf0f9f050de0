"""Makes the scenes of BlenderGuardTest in the folder named last; one Blender makes them all."""

import os
import shutil
import sys

import bpy

ROOT = sys.argv[-1]


def at(*names):
    path = os.path.join(ROOT, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def picture(*names):
    path = at(*names)
    image = bpy.data.images.new("made", 4, 4)
    image.filepath_raw = path
    image.file_format = "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def fresh():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    bpy.ops.object.camera_add(location=(0, 0, 6))
    scene.camera = bpy.context.object
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = 8
    render.resolution_percentage = 100
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    return scene


def textured(name, path):
    image = bpy.data.images.load(path)
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes = material.node_tree.nodes
    node = nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.links.new(node.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    return material, node


def plane(material=None):
    bpy.ops.mesh.primitive_plane_add(size=4)
    thing = bpy.context.object
    if material:
        thing.data.materials.append(material)
    return thing


def save(name):
    path = at(name + ".blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_mainfile()
    return path


def linked(library, collection):
    with bpy.data.libraries.load(library, link=True) as (_source, target):
        target.collections = [collection]
    instance = bpy.data.objects.new("instance", None)
    instance.instance_type = "COLLECTION"
    instance.instance_collection = bpy.data.collections[collection]
    bpy.context.scene.collection.objects.link(instance)
    return instance


def collect(name, thing):
    collection = bpy.data.collections.new(name)
    for old in thing.users_collection:
        old.objects.unlink(thing)
    collection.objects.link(thing)
    bpy.context.scene.collection.children.link(collection)


fresh()
material, _node = textured("Wood", picture("tex", "wood.png"))
plane(material)
save("texture")

fresh()
collect("Inner", plane(textured("Bark", picture("tex", "bark.png"))[0]))
inner = save("lib/inner")
fresh()
collect("Outer", linked(inner, "Inner"))
outer = save("lib/outer")
fresh()
linked(outer, "Outer")
save("linked")

fresh()
plane()
unused = bpy.data.images.load(picture("tex", "unused.png"))
unused.use_fake_user = True
hidden = plane(textured("Hidden", picture("tex", "hidden.png"))[0])
hidden.hide_render = True
packed, node = textured("Packed", picture("tex", "packed.png"))
node.image.pack()
plane(packed)
material, node = textured("Loose", picture("tex", "loose.png"))
material.node_tree.links.clear()
material.node_tree.links.new(
    material.node_tree.nodes["Principled BSDF"].outputs[0],
    material.node_tree.nodes["Material Output"].inputs[0],
)
plane(material)
save("unused")

fresh()
material, node = textured("Tiles", picture("tex", "skin.1001.png"))
picture("tex", "skin.1002.png")
node.image.source = "TILED"
node.image.filepath = at("tex", "skin.<UDIM>.png")
if len(node.image.tiles) < 2:
    node.image.tiles.new(tile_number=1002)
plane(material)
save("tiles")

fresh()
material, node = textured("Water", picture("tex", "water.0010.png"))
picture("tex", "water.0011.png")
node.image.source = "SEQUENCE"
node.image_user.frame_start = 1
node.image_user.frame_offset = 9
node.image_user.frame_duration = 50
plane(material)
save("sequence")

fresh()
fonts = bpy.utils.system_resource("DATAFILES", path="fonts")
smallest = min(os.listdir(fonts), key=lambda name: os.path.getsize(os.path.join(fonts, name)))
text = bpy.data.curves.new("Sign", "FONT")
text.body = "a"
text.font = bpy.data.fonts.load(shutil.copy(os.path.join(fonts, smallest), at("fonts", "sign")))
bpy.context.scene.collection.objects.link(bpy.data.objects.new("Sign", text))
save("font")

fresh()
cached = plane()
modifier = cached.modifiers.new("Waves", "MESH_CACHE")
modifier.cache_format = "PC2"
modifier.filepath = "//waves.pc2"
smoke = bpy.data.volumes.new("Smoke")
smoke.filepath = "//smoke_0008.vdb"
smoke.is_sequence = True
smoke.frame_start = 1
smoke.frame_offset = 6
smoke.frame_duration = 2
bpy.context.scene.collection.objects.link(bpy.data.objects.new("Smoke", smoke))
save("files")

fresh()
material, node = textured("Elsewhere", picture("tex", "elsewhere.png"))
plane(material)
save("windows")
node.image.filepath_raw = "P:\\show\\elsewhere.png"
bpy.ops.wm.save_mainfile(relative_remap=False)

scene = fresh()
plane()
scene.use_nodes = True
tree = scene.node_tree
picture("plate", "plate_0001.png")
clip = bpy.data.movieclips.load(picture("plate", "plate_0002.png"))
source = tree.nodes.new("CompositorNodeMovieClip")
source.clip = clip
tree.links.new(source.outputs[0], tree.nodes["Composite"].inputs[0])
save("clip")

scene = fresh()
editor = scene.sequence_editor_create()
strip = editor.sequences.new_image("plate", picture("plate", "edit_0001.png"), 1, 1)
strip.elements.append(os.path.basename(picture("plate", "edit_0002.png")))
save("edit")
