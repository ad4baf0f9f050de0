"""Which file of a sequence a frame reads, as Blender computes it (source file named at each)."""

import os
import re


def numbered(path, number):
    """Replaces the last run of digits in the file name: BLI_path_sequence_decode and _encode."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    digits = re.search(r"(\d+)(\D*)$", stem)
    if not digits:
        return path
    text = "%0*d" % (len(digits.group(1)), number)
    return os.path.join(folder, stem[: digits.start()] + text + digits.group(2) + extension)


def image_file(path, player, frame):
    """image.c BKE_image_user_frame_get; before its first frame a sequence shows nothing."""
    length = player.frame_duration
    if length == 0:
        return None
    position = frame - player.frame_start + 1
    if player.use_cyclic:
        position = (position - 1) % length + 1
    if position < 1:
        return None
    return numbered(path, min(position, length) + player.frame_offset)


def clip_file(path, clip, frame):
    """movieclip.c get_sequence_filepath: the first file's number, shifted."""
    first = re.search(r"(\d+)\D*$", os.path.splitext(os.path.basename(path))[0])
    if not first or frame < clip.frame_start:
        return None
    position = frame - clip.frame_start
    if position >= clip.frame_duration:
        return None
    return numbered(path, int(first.group(1)) + position + clip.frame_offset)


def volume_file(path, volume, frame):
    """volume.cc volume_sequence_frame."""
    length = volume.frame_duration
    if length == 0:
        return None
    position = frame - volume.frame_start + 1
    mode = volume.sequence_mode
    if mode == "CLIP":
        if position < 1 or position > length:
            return None
    elif mode == "EXTEND":
        position = min(max(position, 1), length)
    elif mode == "REPEAT":
        position = (position - 1) % length + 1
    else:
        period = max(length * 2 - 2, 1)
        position = position % period or period
        if position > length:
            position = length * 2 - position
    return numbered(path, position + volume.frame_offset)


def strip_file(folder, strip, frame):
    """An image strip's file; its first and last stand before and after."""
    if frame < strip.frame_final_start or frame >= strip.frame_final_end or not strip.elements:
        return None
    index = min(max(int(frame - strip.frame_start), 0), len(strip.elements) - 1)
    return os.path.join(folder, strip.elements[index].filename)


def tile_file(path, number):
    """BKE_image_set_filepath_from_tile_number."""
    column, row = (number - 1001) % 10, (number - 1001) // 10
    tokens = path.replace("<UDIM>", str(number))
    return tokens.replace("<UVTILE>", "u%d_v%d" % (column + 1, row + 1))
