"""Assembles the demo's shot from meshes and textures that Stoker computed: blender -b --python this -- RAW SCENE.

SCENE/library/island.blend holds the landscape, SCENE/library/balloons.blend the balloons, SCENE/shot.blend
links both and animates. All paths are relative. Standard library and bpy only (Debian's Blender has
no numpy unless it is installed beside it).
"""

import math
import os
import struct
import sys
from array import array

import bpy

RAW, SCENE = sys.argv[-2:]
TEXTURES = os.path.join(SCENE, "textures")
LAST_FRAME = 240


def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def save(*names):
    path = os.path.join(SCENE, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # Saved once to give "//" a meaning, then again with the paths made relative to it.
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_mainfile(compress=False)
    return path


def mesh_from(name, material):
    with open(os.path.join(RAW, name + ".mesh"), "rb") as file:
        vertices, quads = struct.unpack("<ii", file.read(8))
        positions, corners, coordinates = array("f"), array("i"), array("f")
        positions.fromfile(file, vertices * 3)
        corners.fromfile(file, quads * 4)
        coordinates.fromfile(file, quads * 8)
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(vertices)
    mesh.vertices.foreach_set("co", positions)
    mesh.loops.add(quads * 4)
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.add(quads)
    mesh.polygons.foreach_set("loop_start", array("i", range(0, quads * 4, 4)))
    mesh.polygons.foreach_set("loop_total", array("i", [4]) * quads)
    mesh.polygons.foreach_set("use_smooth", array("b", [1]) * quads)
    # A production asset carries more than one map: a second one for detail, and painted wear.
    for layer in ("UVMap", "Detail"):
        mesh.uv_layers.new(name=layer).data.foreach_set("uv", coordinates)
    mesh.color_attributes.new("Wear", "FLOAT_COLOR", "POINT")
    mesh.update(calc_edges=True)
    mesh.materials.append(material)
    return mesh


class Material:
    """A Principled surface behind a haze that thickens with distance."""

    def __init__(self, name, air=None):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        # What glows by the sky's light would have each of 70 million triangles weighed as a lamp.
        self.material.cycles.sample_as_light = False
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]
        # Rough highlights mirror the sky, which is grain without many samples; water alone has them.
        self.surface.inputs["Specular"].default_value = 0
        self.surface.inputs["Roughness"].default_value = 0.9
        self.air = None
        if air:
            self.air = self.add("ShaderNodeGroup")
            self.air.node_tree = air
            self.link(self.surface.outputs[0], self.air.inputs["Surface"])
            self.link(self.air.outputs[0], self.tree.nodes["Material Output"].inputs["Surface"])

    def add(self, kind, **settings):
        node = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        return node

    def link(self, source, target):
        self.tree.links.new(source, target)

    def picture(self, name, colour_space="sRGB"):
        image = bpy.data.images.load(os.path.join(TEXTURES, name), check_existing=True)
        image.colorspace_settings.name = colour_space
        return self.add("ShaderNodeTexImage", image=image)

    def coloured_by(self, name):
        picture = self.picture(name)
        self.link(picture.outputs["Color"], self.surface.inputs["Base Color"])
        if self.air:
            self.link(picture.outputs["Color"], self.air.inputs["Colour"])
        return picture

    def bump(self, scale, strength, distance):
        place = self.add("ShaderNodeTexCoord")
        noise = self.add("ShaderNodeTexNoise", noise_dimensions="3D")
        noise.inputs["Scale"].default_value = scale
        noise.inputs["Detail"].default_value = 6
        bump = self.add("ShaderNodeBump")
        bump.inputs["Strength"].default_value = strength
        bump.inputs["Distance"].default_value = distance
        self.link(place.outputs["Object"], noise.inputs["Vector"])
        self.link(noise.outputs["Fac"], bump.inputs["Height"])
        self.link(bump.outputs["Normal"], self.surface.inputs["Normal"])
        return noise


def air_group():
    """What the air adds to a surface: the sky's light by which way the surface looks, and haze.

    The sky as a light of its own needs hundreds of samples to be free of grain; this needs none.
    """
    group = bpy.data.node_groups.new("Air", "ShaderNodeTree")
    group.inputs.new("NodeSocketShader", "Surface")
    group.inputs.new("NodeSocketColor", "Colour")
    group.outputs.new("NodeSocketShader", "Surface")
    nodes, links = group.nodes, group.links
    entry, leave = nodes.new("NodeGroupInput"), nodes.new("NodeGroupOutput")

    facing = nodes.new("ShaderNodeSeparateXYZ")
    upwards = nodes.new("ShaderNodeMapRange")
    upwards.inputs["From Min"].default_value = -1
    links.new(nodes.new("ShaderNodeNewGeometry").outputs["Normal"], facing.inputs[0])
    links.new(facing.outputs["Z"], upwards.inputs["Value"])
    dome = nodes.new("ShaderNodeMixRGB")
    links.new(upwards.outputs[0], dome.inputs["Fac"])
    keys(dome.inputs["Color1"], ((1, (0.10, 0.10, 0.09, 1)), (150, (0.10, 0.07, 0.06, 1)), (LAST_FRAME, (0.035, 0.025, 0.035, 1))))
    keys(dome.inputs["Color2"], ((1, (0.36, 0.47, 0.64, 1)), (150, (0.36, 0.34, 0.46, 1)), (LAST_FRAME, (0.17, 0.13, 0.24, 1))))
    tinted = nodes.new("ShaderNodeMixRGB")
    tinted.blend_type = "MULTIPLY"
    tinted.inputs["Fac"].default_value = 1
    links.new(entry.outputs["Colour"], tinted.inputs["Color1"])
    links.new(dome.outputs[0], tinted.inputs["Color2"])
    ambient, lit = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeAddShader")
    links.new(tinted.outputs[0], ambient.inputs["Color"])
    links.new(entry.outputs["Surface"], lit.inputs[0])
    links.new(ambient.outputs[0], lit.inputs[1])

    # 1 - exp(-distance / 2200 m) of what is seen is air.
    scaled, clear = nodes.new("ShaderNodeMath"), nodes.new("ShaderNodeMath")
    scaled.operation, clear.operation = "MULTIPLY", "EXPONENT"
    scaled.inputs[1].default_value = -1 / 2200
    haze, mix = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeMixShader")
    links.new(nodes.new("ShaderNodeCameraData").outputs["View Distance"], scaled.inputs[0])
    links.new(scaled.outputs[0], clear.inputs[0])
    links.new(clear.outputs[0], mix.inputs["Fac"])
    links.new(haze.outputs[0], mix.inputs[1])
    links.new(lit.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], leave.inputs[0])
    keys(haze.inputs["Color"], ((1, (0.45, 0.60, 0.82, 1)), (150, (0.80, 0.56, 0.44, 1)), (LAST_FRAME, (0.60, 0.27, 0.24, 1))))
    keys(haze.inputs["Strength"], ((1, 0.85), (150, 0.8), (LAST_FRAME, 0.45)))
    return group


def keys(socket, values):
    for frame, value in values:
        socket.default_value = value
        socket.keyframe_insert("default_value", frame=frame)


def place_copies(collection, places, meshes):
    with open(os.path.join(RAW, places), "rb") as file:
        data = file.read()
    for number, (x, y, z, turn, scale, shape) in enumerate(struct.iter_unpack("<6f", data)):
        thing = bpy.data.objects.new("%s_%04d" % (places.split(".")[0], number), meshes[int(shape)])
        thing.location = (x, y, z)
        thing.rotation_euler = (0, 0, turn)
        thing.scale = (scale, scale, scale)
        collection.objects.link(thing)


def build_island():
    scene = empty_file()
    island = bpy.data.collections.new("Island")
    scene.collection.children.link(island)
    air = air_group()

    ground = Material("Ground", air)
    ground.coloured_by("terrain.png")
    ground.bump(1.4, 0.55, 0.5)
    island.objects.link(bpy.data.objects.new("Terrain", mesh_from("terrain", ground.material)))

    needles = Material("Needles", air)
    needles.coloured_by("needles.png")
    trees = [mesh_from("conifer_" + kind, needles.material) for kind in "abc"]
    place_copies(island, "trees.places", trees)

    stone = Material("Stone", air)
    stone.coloured_by("stone.png")
    stone.bump(6, 0.5, 0.2)
    boulders = [mesh_from("boulder_" + kind, stone.material) for kind in "abc"]
    place_copies(island, "boulders.places", boulders)

    water = Material("Water", air)
    water.air.inputs["Colour"].default_value = (0.012, 0.045, 0.050, 1)
    water.surface.inputs["Base Color"].default_value = (0.012, 0.045, 0.050, 1)
    water.surface.inputs["Roughness"].default_value = 0.04
    water.surface.inputs["Specular"].default_value = 0.6
    ripples = water.bump(0.55, 0.16, 0.25)
    ripples.noise_dimensions = "4D"
    keys(ripples.inputs["W"], ((1, 0.0), (LAST_FRAME, 5.0)))
    lake = bpy.data.meshes.new("Lake")
    lake.from_pydata([(-260, -140, 0), (260, -140, 0), (260, 380, 0), (-260, 380, 0)], [], [(0, 1, 2, 3)])
    lake.materials.append(water.material)
    island.objects.link(bpy.data.objects.new("Lake", lake))
    return save("library", "island.blend")


def build_balloons():
    scene = empty_file()
    air = air_group()
    basket = Material("Basket", air)
    basket.air.inputs["Colour"].default_value = (0.13, 0.06, 0.02, 1)
    basket.surface.inputs["Base Color"].default_value = (0.13, 0.06, 0.02, 1)
    for name in ("red", "blue", "gold"):
        collection = bpy.data.collections.new("Balloon " + name)
        scene.collection.children.link(collection)
        cloth = Material("Cloth " + name, air)
        cloth.coloured_by("balloon_%s.png" % name)
        envelope = mesh_from("balloon", cloth.material)
        envelope.name = "Envelope " + name
        collection.objects.link(bpy.data.objects.new("Envelope " + name, envelope))
        bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, -3.2))
        box = bpy.context.object
        box.scale = (1.5, 1.5, 1.2)
        parts = [box]
        for x in (-0.7, 0.7):
            for y in (-0.7, 0.7):
                bpy.ops.mesh.primitive_cylinder_add(radius=0.05, depth=3, vertices=6, location=(x, y, -1.4))
                parts.append(bpy.context.object)
        for part in parts:
            part.data.materials.append(basket.material)
            for old in part.users_collection:
                old.objects.unlink(part)
            collection.objects.link(part)
    return save("library", "balloons.blend")


def linked(library, collection):
    with bpy.data.libraries.load(library, link=True, relative=True) as (_source, target):
        target.collections = [collection]
    instance = bpy.data.objects.new(collection, None)
    instance.instance_type = "COLLECTION"
    instance.instance_collection = bpy.data.collections[collection]
    bpy.context.scene.collection.objects.link(instance)
    return instance


def animate(thing, path, keys):
    for frame, value in keys:
        setattr(thing, path, value)
        thing.keyframe_insert(path, frame=frame)
    for curve in thing.animation_data.action.fcurves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR" if len(keys) == 2 else "BEZIER"


def build_sky(scene):
    world = bpy.data.worlds.new("Sky")
    scene.world = world
    world.use_nodes = True
    # Seen and mirrored, but no light: see air_group().
    world.cycles_visibility.diffuse = False
    world.cycles.sampling_method = "NONE"
    tree = world.node_tree
    background = tree.nodes["Background"]
    sky = tree.nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_disc = False
    sky.sun_rotation = math.radians(SUN_TURN)
    sky.air_density = 1.3
    sky.dust_density = 1.6
    for frame, value in SUN_RISE:
        sky.sun_elevation = math.radians(value)
        sky.keyframe_insert("sun_elevation", frame=frame)
    clouds = tree.nodes.new("ShaderNodeTexEnvironment")
    clouds.image = bpy.data.images.load(os.path.join(TEXTURES, "clouds.exr"))
    clouds.image.colorspace_settings.name = "Non-Color"
    parts = tree.nodes.new("ShaderNodeSeparateColor")
    lit = tree.nodes.new("ShaderNodeMixRGB")
    keys(lit.inputs["Color1"], ((1, (4.6, 4.5, 4.4, 1)), (150, (4.6, 3.2, 2.1, 1)), (LAST_FRAME, (2.6, 0.95, 0.55, 1))))
    keys(lit.inputs["Color2"], ((1, (2.2, 2.4, 2.7, 1)), (150, (1.9, 1.7, 1.8, 1)), (LAST_FRAME, (0.75, 0.5, 0.6, 1))))
    mix = tree.nodes.new("ShaderNodeMixRGB")
    tree.links.new(clouds.outputs["Color"], parts.inputs["Color"])
    tree.links.new(parts.outputs["Red"], mix.inputs["Fac"])
    tree.links.new(parts.outputs["Green"], lit.inputs["Fac"])
    tree.links.new(sky.outputs["Color"], mix.inputs["Color1"])
    tree.links.new(lit.outputs["Color"], mix.inputs["Color2"])
    tree.links.new(mix.outputs["Color"], background.inputs["Color"])
    background.inputs["Strength"].default_value = 0.22


# Where the sun stands: degrees from the view's direction, and above the horizon by frame.
SUN_TURN = -112
SUN_RISE = ((1, 24), (150, 10), (LAST_FRAME, 3.2))


def build_sun(scene):
    light = bpy.data.lights.new("Sun", "SUN")
    light.angle = math.radians(0.6)
    sun = bpy.data.objects.new("Sun", light)
    scene.collection.objects.link(sun)
    for frame, rise in SUN_RISE:
        sun.rotation_euler = (math.radians(90 - rise), 0, math.radians(SUN_TURN + 180))
        sun.keyframe_insert("rotation_euler", frame=frame)
    for frame, colour, energy in (
        (1, (1.0, 0.90, 0.76), 4.4),
        (150, (1.0, 0.66, 0.36), 4.6),
        (LAST_FRAME, (1.0, 0.40, 0.15), 3.6),
    ):
        light.color = colour
        light.energy = energy
        light.keyframe_insert("color", frame=frame)
        light.keyframe_insert("energy", frame=frame)


def build_shot(island, balloons):
    scene = empty_file()
    save("shot.blend")
    linked(island, "Island")
    for name, start, end, turn in (
        ("Balloon red", (-30, -8, 10), (-8, 8, 17), 0.9),
        ("Balloon blue", (34, 52, 26), (46, 44, 36), -0.7),
        ("Balloon gold", (4, 105, 18), (-34, 98, 40), 0.5),
    ):
        balloon = linked(balloons, name)
        animate(balloon, "location", ((1, start), (LAST_FRAME, end)))
        animate(balloon, "rotation_euler", ((1, (0, 0, 0)), (LAST_FRAME, (0, 0, turn))))
    build_sky(scene)
    build_sun(scene)

    lens = bpy.data.cameras.new("Camera")
    lens.lens = 30
    lens.clip_end = 2000
    camera = bpy.data.objects.new("Camera", lens)
    scene.collection.objects.link(camera)
    scene.camera = camera
    animate(camera, "location", ((1, (-16, -86, 9)), (LAST_FRAME, (14, -78, 12))))
    animate(
        camera,
        "rotation_euler",
        (
            (1, (math.radians(94), 0, math.radians(-3))),
            (LAST_FRAME, (math.radians(96), 0, math.radians(8))),
        ),
    )

    scene.frame_start = 1
    scene.frame_end = LAST_FRAME
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = 640
    render.resolution_y = 360
    render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = 8
    cycles.use_adaptive_sampling = False
    # Debian's Blender is built without OpenImageDenoise and refuses to render when asked for it.
    cycles.use_denoising = False
    cycles.max_bounces = 2
    cycles.diffuse_bounces = 0
    cycles.glossy_bounces = 1
    cycles.caustics_reflective = False
    cycles.sample_clamp_indirect = 3
    scene.view_settings.look = "High Contrast"
    save("shot.blend")


island_library = build_island()
build_shot(island_library, build_balloons())
print("assembled %s" % SCENE)
