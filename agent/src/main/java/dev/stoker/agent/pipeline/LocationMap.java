package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which location a job's path lies in. Immutable. */
public final class LocationMap {
  /** No path starts with it, so a mapped path shows that a rule matched. */
  private static final String MARK = "\u0001";

  private final List<Jobs.Location> locations;
  private final Map<String, String> uploads;
  private final PathMapping marking;

  /**
   * @param uploads paths outside the locations, to their places in the location of uploads
   */
  public LocationMap(List<Jobs.Location> locations, Map<String, String> uploads) {
    this.locations = List.copyOf(locations);
    this.uploads = Map.copyOf(uploads);
    this.marking = new PathMapping(rules(location -> MARK + location.name()));
  }

  /**
   * A path within a location.
   *
   * @param jobPath as the job spells it
   */
  public record Place(Jobs.Location location, AssetPath path, String jobPath) {}

  /** Where a path of the job's lies; empty where that is in no location. */
  public Optional<Place> find(String jobPath) {
    String normalized = normalized(jobPath);
    String upload = uploads.get(normalized);
    if (upload != null) {
      // A bundle may name thousands, and thousands of rules would be tried for each.
      return byName(Jobs.UPLOADS)
          .map(location -> new Place(location, AssetPath.of(upload), jobPath));
    }
    String mapped = marking.apply(normalized);
    if (!mapped.startsWith(MARK)) {
      return Optional.empty();
    }
    int slash = mapped.indexOf('/');
    String name = mapped.substring(MARK.length(), slash < 0 ? mapped.length() : slash);
    AssetPath path = AssetPath.of(slash < 0 ? "" : mapped.substring(slash + 1));
    return byName(name).map(location -> new Place(location, path, jobPath));
  }

  Optional<Jobs.Location> byName(String name) {
    return locations.stream().filter(location -> location.name().equals(name)).findFirst();
  }

  /** A rule for each path of each location, and for each upload. */
  List<PathMapping.Rule> rules(Function<Jobs.Location, String> destination) {
    List<PathMapping.Rule> rules = new ArrayList<>();
    for (Jobs.Location location : locations) {
      for (String path : location.paths()) {
        rules.add(new PathMapping.Rule(format(path), path, destination.apply(location)));
      }
    }
    byName(Jobs.UPLOADS)
        .map(destination)
        .ifPresent(
            top ->
                uploads.forEach(
                    (path, at) ->
                        rules.add(new PathMapping.Rule(format(path), path, top + "/" + at))));
    return rules;
  }

  static PathFormat format(String path) {
    return !path.startsWith("/") && PathFormat.WINDOWS.isAbsolute(path)
        ? PathFormat.WINDOWS
        : PathFormat.POSIX;
  }

  /** Without {@code .} and {@code ..}, so that no path leads out of the location it starts with. */
  private static String normalized(String path) {
    boolean windows = format(path) == PathFormat.WINDOWS;
    String separators = windows ? "[/\\\\]" : "/";
    Deque<String> kept = new ArrayDeque<>();
    for (String name : path.split(separators, -1)) {
      if (name.equals("..") && kept.size() > 1) {
        kept.removeLast();
      } else if (!name.equals(".") && !name.equals("..")) {
        kept.addLast(name);
      }
    }
    return String.join(windows ? "\\" : "/", kept);
  }
}
