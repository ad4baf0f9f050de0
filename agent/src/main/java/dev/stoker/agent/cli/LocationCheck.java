package dev.stoker.agent.cli;

import dev.stoker.controller.protocol.Jobs.Location;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.pathmap.PathMapping.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether nodes can reach what a job names: a path that it reads must lie in a location, one that
 * it writes in a writable one. Collects all complaints.
 */
final class LocationCheck {
  /** A destination that no path can have by itself. */
  private static final String INSIDE = "/\0inside";

  private final List<Location> locations;
  private final List<String> problems = new ArrayList<>();

  LocationCheck(List<Location> locations) {
    this.locations = locations;
  }

  /**
   * @param what names the path in a complaint, such as {@code parameter 'Scene'}
   */
  void reads(String what, String path) {
    if (locations.stream().noneMatch(location -> holds(location, path))) {
      problems.add(
          "%s is '%s', which lies in no location, so nodes cannot read it; known are %s."
              .formatted(what, path, known(locations)));
    }
  }

  /**
   * @param what names the path in a complaint
   */
  void writes(String what, String path) {
    List<Location> writable = locations.stream().filter(Location::writable).toList();
    if (writable.stream().noneMatch(location -> holds(location, path))) {
      problems.add(
          "%s is '%s', which lies in no writable location, so nodes cannot write there; writable are %s."
              .formatted(what, path, known(writable)));
    }
  }

  /** What was wrong, in the order it was asked; empty when all is well. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  private static boolean holds(Location location, String path) {
    for (String root : location.paths()) {
      PathFormat format = PathFormat.POSIX.isAbsolute(root) ? PathFormat.POSIX : PathFormat.WINDOWS;
      PathMapping mapping = new PathMapping(List.of(new Rule(format, root, INSIDE)));
      String mapped = mapping.apply(path);
      // A path that climbs out again lies elsewhere, whatever it starts with.
      if (!mapped.equals(path) && !(mapped + "/").contains("/../")) {
        return true;
      }
    }
    return false;
  }

  private static String known(List<Location> locations) {
    return locations.isEmpty()
        ? "none"
        : locations.stream()
            .map(location -> location.name() + " (" + String.join(", ", location.paths()) + ")")
            .collect(Collectors.joining(", "));
  }
}
