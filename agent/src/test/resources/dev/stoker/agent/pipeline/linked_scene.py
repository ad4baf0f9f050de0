"""Makes, in the folder named last: a large library of which shot.blend links one object, and a texture.

SCENE_TEXTURES=N in the environment makes a heavy shot of it: it links the large object, too, and has N textures of some 12 MB more.
"""

import os
import random
import struct
import sys
import zlib

import bpy

ROOT = sys.argv[-1]
HEAVY_TEXTURES = int(os.environ.get("SCENE_TEXTURES", "0"))
HEAVY_SIDE = 2048  # pixels
SIDE = 700  # vertices of the large mesh: 490,000, some 40 MB in the library


def at(*names):
    path = os.path.join(ROOT, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def fresh():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def noise_png(path, seed):
    """A picture that no compression makes smaller (PNG, W3C Recommendation, sections 5 and 11)."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(3 * HEAVY_SIDE) for _ in range(HEAVY_SIDE))
    header = struct.pack(">IIBBBBB", HEAVY_SIDE, HEAVY_SIDE, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b"")):
            check = zlib.crc32(kind + data)
            file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))


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
for number in range(HEAVY_TEXTURES):
    noise_png(at("tex", f"noise_{number}.png"), seed=number)

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
    wanted.objects = ["Stone", "Forest"] if HEAVY_TEXTURES else ["Stone"]
for linked in wanted.objects:
    scene.collection.objects.link(linked)


def plane(*texture):
    """A plane with that texture."""
    bpy.ops.mesh.primitive_plane_add(size=4)
    material = bpy.data.materials.new("Wood")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(at(*texture))
    material.node_tree.links.new(
        node.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    )
    bpy.context.object.data.materials.append(material)


plane("tex", "wood.png")
for number in range(HEAVY_TEXTURES):
    plane("tex", f"noise_{number}.png")
bpy.ops.wm.save_as_mainfile(filepath=at("shot.blend"), compress=False, relative_remap=True)
bpy.ops.file.make_paths_relative()
bpy.ops.wm.save_mainfile()
