package dev.stoker.agent.profile;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tells an input that is missing from a name that a program just tries. Pure.
 *
 * <p>Whoever it is, a name counts as tried when a file or folder of that very name was found
 * elsewhere (a search path), or one beside it with another ending (a converted texture, another
 * format), or when it is hidden. What else is normal a renderer's profile says. Where no renderer
 * with such a rule wrote, only names count that end like something that renders read: scripts look
 * for all sorts of things.
 */
final class MissingInputs {
  /** Scenes, geometry, images, volumes, caches, light profiles, colour tables and fonts. */
  private static final Set<String> ENDINGS =
      Set.of(
          "abc", "ass", "bgeo", "blend", "bmp", "c4d", "cin", "clip", "cube", "dae", "dds", "dpx",
          "exr", "fbx", "glb", "gltf", "hdr", "hip", "hiplc", "hipnc", "ies", "ifd", "inc", "iff",
          "jp2", "jpeg", "jpg", "ma", "max", "mb", "mdd", "mp4", "mov", "mtl", "nk", "obj", "ocio",
          "osl", "oso", "otf", "pc2", "pic", "ply", "png", "pov", "ppm", "psd", "ptc", "ptex",
          "ptx", "rat", "rib", "rs", "sbs", "sbsar", "sc", "spi1d", "spi3d", "stl", "tex", "tga",
          "tif", "tiff", "ttf", "tx", "usd", "usda", "usdc", "usdz", "vdb", "vrmesh", "vrscene",
          "wav", "webp", "xml");

  private MissingInputs() {}

  /**
   * @param writers profiles whose renderers wrote to the log
   * @param missing {@code LOCATION/path} of names that were looked for in vain
   * @param found {@code LOCATION/path} of files that were opened
   */
  static List<String> of(Set<RendererProfile> writers, List<String> missing, Set<String> found) {
    boolean known = writers.stream().anyMatch(profile -> profile.probes() != null);
    Set<String> names = new HashSet<>();
    Set<String> stems = new HashSet<>();
    for (String file : found) {
      for (String segment : file.split("/", -1)) {
        names.add(segment); // folders' too: ../tex is tried where in/tex has the file
      }
      stems.add(stem(file));
    }
    return missing.stream()
        .filter(path -> !name(path).startsWith("."))
        .filter(path -> !names.contains(name(path)) && !stems.contains(stem(path)))
        .filter(path -> writers.stream().noneMatch(profile -> profile.probesFor(path)))
        .filter(path -> known || ENDINGS.contains(ending(path)))
        .limit(ProfileLogReader.MAX_MISSING)
        .toList();
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String ending(String path) {
    String name = name(path);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** With its folder, without its ending. */
  private static String stem(String path) {
    int dot = path.lastIndexOf('.');
    return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
  }
}
