package dev.stoker.agent.profile;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All renderers that Stoker knows. Immutable and thread-safe. */
public final class RendererProfiles {
  private static final List<String> BUILT_IN =
      List.of(
          "blender.yaml",
          "povray.yaml",
          "arnold.yaml",
          "karma.yaml",
          "vray.yaml",
          "redshift.yaml",
          // These have no banner; what only they know comes after what the others say.
          "renderman.yaml",
          "houdini.yaml",
          "nuke.yaml",
          "maya.yaml");

  private final List<RendererProfile> profiles;

  private RendererProfiles(List<RendererProfile> profiles) {
    this.profiles = List.copyOf(profiles);
  }

  /** The built-in profiles. */
  public static RendererProfiles load() {
    return new RendererProfiles(builtIn());
  }

  /**
   * The built-in profiles and a studio's own; one of the same name replaces the built-in.
   *
   * @param folder holds {@code NAME.yaml} files, start-up files in {@code NAME/} beside them
   * @throws IllegalArgumentException naming the profile that cannot be used and why
   */
  public static RendererProfiles load(Path folder) {
    Map<String, RendererProfile> byName = new LinkedHashMap<>();
    builtIn().forEach(profile -> byName.put(profile.name(), profile));
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : entries.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        RendererProfile profile =
            ProfileFile.read(
                file.getFileName().toString(), path -> Files.readAllBytes(folder.resolve(path)));
        byName.put(profile.name(), profile);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the renderer profiles in " + folder, e);
    }
    return new RendererProfiles(new ArrayList<>(byName.values()));
  }

  private static List<RendererProfile> builtIn() {
    return BUILT_IN.stream()
        .map(file -> ProfileFile.read(file, RendererProfiles::resource))
        .toList();
  }

  private static byte[] resource(String path) throws IOException {
    try (InputStream in = RendererProfiles.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new FileNotFoundException(path + " is not in Stoker's jar");
      }
      return in.readAllBytes();
    }
  }

  /**
   * Lays start-up scripts into a session and says which variables to add to one of its actions.
   * Repeatable.
   *
   * @param sessionFolder readable by the job's user
   * @param actionEnvironment the action's variables as they are; variables it sets itself keep
   *     working
   */
  public Map<String, String> environment(
      Path sessionFolder, Map<String, String> actionEnvironment) {
    Map<String, String> combined = new TreeMap<>(actionEnvironment);
    Map<String, String> added = new TreeMap<>();
    for (RendererProfile profile : profiles) {
      StartupFiles.lay(profile, sessionFolder);
      Map<String, String> own = StartupFiles.environment(profile, sessionFolder, combined);
      combined.putAll(own);
      added.putAll(own);
    }
    return added;
  }

  /** A reader for the log of one action. */
  public LogReader newLogReader() {
    return new ProfileLogReader(profiles);
  }

  /**
   * Takes what start-up scripts found, for actions that send a renderer's output elsewhere and drop
   * its exit status. Feed the lines to the action's reader when the action has ended.
   */
  public List<String> takeNotes(Path sessionFolder) {
    return profiles.stream()
        .flatMap(profile -> StartupFiles.takeNotes(profile, sessionFolder).stream())
        .toList();
  }
}
