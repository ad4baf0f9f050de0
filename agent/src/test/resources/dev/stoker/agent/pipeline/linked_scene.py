"""Makes, in the folder named last: a large library of which shot.blend links one object, and a texture."""

import os
import sys

import bpy

ROOT = sys.argv[-1]
SIDE = 700  # vertices of the large mesh: 490,000, some 40 MB in the library


def at(*names):
    path = os.path.join(ROOT, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def fresh():
    bpy.ops.wm.read_factory_settings(use_empty=True)


fresh()
bpy.ops.mesh.primitive_grid_add(x_subdivisions=SIDE, y_subdivisions=SIDE)
bpy.context.object.name = "Forest"
bpy.ops.mesh.primitive_cube_add(size=1.5)
bpy.context.object.name = "Stone"
bpy.ops.wm.save_as_mainfile(filepath=at("lib", "forest.blend"), compress=False)

fresh()
image = bpy.data.images.new("made", 512, 512)
image.generated_type = "COLOR_GRID"
image.filepath_raw = at("tex", "wood.png")
image.file_format = "PNG"
image.save()

fresh()
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.render.resolution_x = scene.render.resolution_y = 32
scene.render.resolution_percentage = 100
scene.cycles.samples = 4
scene.cycles.use_denoising = False
bpy.ops.object.camera_add(location=(0, 0, 6))
scene.camera = bpy.context.object
bpy.ops.object.light_add(type="SUN", location=(0, 0, 5))
with bpy.data.libraries.load(at("lib", "forest.blend"), link=True) as (there, wanted):
    wanted.objects = ["Stone"]
scene.collection.objects.link(wanted.objects[0])
bpy.ops.mesh.primitive_plane_add(size=4)
material = bpy.data.materials.new("Wood")
material.use_nodes = True
node = material.node_tree.nodes.new("ShaderNodeTexImage")
node.image = bpy.data.images.load(at("tex", "wood.png"))
material.node_tree.links.new(
    node.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
)
bpy.context.object.data.materials.append(material)
bpy.ops.wm.save_as_mainfile(filepath=at("shot.blend"), compress=False, relative_remap=True)
bpy.ops.file.make_paths_relative()
bpy.ops.wm.save_mainfile()
