"""From a datablock to the files it stands for."""

import os
import re

import bpy

from . import frames


def title(block):
    return "%s '%s'" % (block.bl_rna.name.lower(), block.name)


class Wanted:
    """One file as the render would open it."""

    def __init__(self, stored, path, what, user, reason=""):
        self.stored = stored
        self.path = path
        self._what = what
        self._user = user
        self._reason = reason

    def is_missing(self):
        if self._reason:
            return True
        try:
            status = os.stat(self.path)
        except (OSError, ValueError) as error:
            self._reason = getattr(error, "strerror", None) or str(error)
            return True
        if os.path.isfile(self.path) and status.st_size == 0:
            self._reason = "is empty"
            return True
        if not os.access(self.path, os.R_OK):
            self._reason = "is not readable"
            return True
        return False

    def describe(self):
        return {
            "path": self.path,
            "stored": self.stored,
            "what": self._what,
            "user": self._user,
            "reason": self._reason,
        }


class Input:
    """A path in a datablock; for a sequence the file depends on the frame.

    file_at: None, or from (absolute path, frame) to the frame's file, None where it needs none.
    """

    def __init__(self, stored, library, what, user, file_at=None):
        self._stored = stored
        self._path = absolute(stored, library)
        self._what = what
        self._user = user
        self._file_at = file_at
        self.by_frame = file_at is not None

    def at(self, frame):
        path = self._file_at(self._path, frame) if self.by_frame else self._path
        return Wanted(self._stored, path, self._what, self._user) if path else None


class Broken:
    """A file that is there but does not hold what the render needs of it."""

    by_frame = False

    def __init__(self, stored, path, what, user, reason):
        self._wanted = Wanted(stored, path, what, user, reason)

    def at(self, _frame):
        return self._wanted


def absolute(stored, library=None):
    """The path as Blender's C code opens it: BLI_path_abs makes P:\\show of Windows /p/show."""
    path = bpy.path.abspath(stored, library=library)
    if os.name == "posix":
        if re.match(r"[A-Za-z]:[\\/]", path):
            path = "/" + path[0].lower() + path[2:]
        path = path.replace("\\", "/")
    return os.path.normpath(path)


def of_block(block, user):
    """Files of one datablock that are the same for all frames, or found by its own frame."""
    kind = _KINDS.get(type(block).__name__)
    if kind is None:
        return ()
    return kind(block, title(block) + (" of " + title(user) if user else ""))


def _image(image, user):
    if image.packed_file or len(getattr(image, "packed_files", ())) or not image.filepath:
        return
    if image.source in {"FILE", "MOVIE"}:
        yield Input(image.filepath, image.library, "image", user)
    elif image.source == "TILED":
        for tile in image.tiles:
            path = frames.tile_file(image.filepath, tile.number)
            yield Input(path, image.library, "image tile", user)


def image_sequence(image, player, user):
    if image.packed_file or len(getattr(image, "packed_files", ())):
        return Input("", None, "image", user, lambda _path, _frame: None)
    return Input(
        image.filepath,
        image.library,
        "image of a sequence",
        "image '%s' of %s" % (image.name, user),
        lambda path, frame: frames.image_file(path, player, frame),
    )


def _texture(texture, user):
    image = getattr(texture, "image", None)
    if image is not None and image.source == "SEQUENCE":
        yield image_sequence(image, texture.image_user, user)


def _font(font, user):
    if not font.packed_file and font.filepath not in {"", "<builtin>"}:
        yield Input(font.filepath, font.library, "font", user)


def _clip(clip, user):
    if clip.source == "MOVIE":
        yield Input(clip.filepath, clip.library, "movie clip", user)
    else:
        yield Input(
            clip.filepath,
            clip.library,
            "movie clip",
            user,
            lambda path, frame: frames.clip_file(path, clip, frame),
        )


def _volume(volume, user):
    if volume.packed_file or not volume.filepath:
        return
    if volume.is_sequence:
        yield Input(
            volume.filepath,
            volume.library,
            "volume",
            user,
            lambda path, frame: frames.volume_file(path, volume, frame),
        )
    else:
        yield Input(volume.filepath, volume.library, "volume", user)


def _cache_file(cache, user):
    if cache.filepath:
        if cache.is_sequence:
            yield Input(
                cache.filepath,
                cache.library,
                "cache file",
                user,
                lambda path, frame: frames.numbered(path, frame),
            )
        else:
            yield Input(cache.filepath, cache.library, "cache file", user)


def _object(thing, user):
    for modifier in thing.modifiers:
        if modifier.show_render:
            yield from _modifier(thing, modifier, user)
    for system in thing.particle_systems:
        yield from _point_cache(thing, system.point_cache, user)


def _modifier(thing, modifier, user):
    user = "modifier '%s' of %s" % (modifier.name, user)
    if modifier.type == "MESH_CACHE" and modifier.filepath:
        yield Input(modifier.filepath, thing.library, "mesh cache", user)
    elif modifier.type == "OCEAN" and modifier.is_cached:
        yield Input(modifier.filepath, thing.library, "ocean cache", user)
    elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        domain = modifier.domain_settings
        if domain.has_cache_baked_any or domain.has_cache_baked_data:
            yield Input(domain.cache_directory, thing.library, "simulation cache", user)
    elif modifier.type in {"CLOTH", "SOFT_BODY"}:
        yield from _point_cache(thing, modifier.point_cache, user)


def _point_cache(thing, cache, user):
    if cache.use_external and cache.filepath:
        yield Input(cache.filepath, thing.library, "simulation cache", user)
    elif cache.use_disk_cache and cache.is_baked and not thing.library:
        # Blender names the folder after the .blend: BKE_ptcache's ptcache_path().
        name = os.path.splitext(os.path.basename(bpy.data.filepath))[0]
        yield Input("//blendcache_" + name, None, "simulation cache", user)


_KINDS = {
    "Image": _image,
    "ImageTexture": _texture,
    "VectorFont": _font,
    "MovieClip": _clip,
    "Volume": _volume,
    "CacheFile": _cache_file,
    "Object": _object,
}


def of_sequencer(scene):
    """Strips of the video sequencer; sound counts where the output has sound."""
    editor = scene.sequence_editor
    if not editor or not scene.render.use_sequencer:
        return
    settings = scene.render
    wants_sound = (
        settings.image_settings.file_format == "FFMPEG" and settings.ffmpeg.audio_codec != "NONE"
    )
    strips = getattr(editor, "sequences_all", None) or getattr(editor, "strips_all", ())
    for strip in strips:
        user = "strip '%s' of %s" % (strip.name, title(scene))
        if strip.mute:
            continue
        if strip.type == "IMAGE":
            yield Input(
                strip.directory,
                scene.library,
                "image strip",
                user,
                lambda folder, frame, s=strip: frames.strip_file(folder, s, frame),
            )
        elif strip.type == "MOVIE":
            yield Input(strip.filepath, scene.library, "movie strip", user)
        elif strip.type == "SOUND" and wants_sound and not strip.sound.packed_file:
            yield Input(strip.sound.filepath, strip.sound.library, "sound", user)


def of_libraries(used):
    """Libraries that the render's datablocks come from, and whether they hold those."""
    wanted = {}
    for block in used:
        if block.library:
            wanted.setdefault(block.library, []).append(block)
    for library, blocks in wanted.items():
        stored = library.filepath
        path = absolute(stored)
        user = title(blocks[0])
        yield Input(stored, None, "library", user)
        if os.path.isfile(path):
            names = _names_in(path)
            for block in blocks:
                if _is_absent(block, names):
                    yield Broken(stored, path, "library", title(block), "does not hold it")


def _names_in(path):
    """Names in a library by collection of bpy.data, without loading any; None if unreadable."""
    try:
        with bpy.data.libraries.load(path, link=True) as (source, _target):
            return {kind: set(getattr(source, kind)) for kind in dir(source)}
    except (OSError, RuntimeError):
        return None


def _is_absent(block, names):
    known = getattr(block, "is_missing", None)
    if known is not None:
        return known
    if names is None:
        return True
    for kind, collection in _COLLECTIONS:
        if isinstance(block, getattr(bpy.types, kind)):
            return block.name not in names[collection]
    return False


# Datablock types that are worth linking, and the collection of bpy.data that lists them.
_COLLECTIONS = (
    ("Object", "objects"),
    ("Collection", "collections"),
    ("Mesh", "meshes"),
    ("Material", "materials"),
    ("Image", "images"),
    ("NodeTree", "node_groups"),
    ("Action", "actions"),
    ("Armature", "armatures"),
    ("Camera", "cameras"),
    ("Curve", "curves"),
    ("Lattice", "lattices"),
    ("Light", "lights"),
    ("MetaBall", "metaballs"),
    ("ParticleSettings", "particles"),
    ("Scene", "scenes"),
    ("Texture", "textures"),
    ("Volume", "volumes"),
    ("World", "worlds"),
)
