package dev.stoker.agent.cli;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.Location;
import dev.stoker.openjd.pathmap.PathFormat;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.pathmap.PathMapping.Rule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether nodes can reach what a job names: a path that it reads must lie in a location or, where
 * one is configured for uploads, on this machine; one that it writes in a writable location.
 * Collects all complaints.
 */
final class LocationCheck {
  /** A destination that no path can have by itself. */
  private static final String INSIDE = "/\0inside";

  private final List<Location> locations;
  private final boolean takesUploads;
  private final List<String> problems = new ArrayList<>();
  private final SortedSet<Path> outside = new TreeSet<>();

  LocationCheck(List<Location> locations) {
    this.locations = locations;
    this.takesUploads =
        locations.stream().anyMatch(location -> location.name().equals(Jobs.UPLOADS));
  }

  /**
   * @param what names the path in a complaint, such as {@code parameter 'Scene'}
   */
  void reads(String what, String path) {
    if (locations.stream().anyMatch(location -> holds(location, path))) {
      return;
    }
    if (!takesUploads) {
      problems.add(
          "%s is '%s', which lies in no location, so nodes cannot read it; known are %s."
              .formatted(what, path, known(locations)));
    } else if (path.startsWith("/") && Files.isReadable(Path.of(path).normalize())) {
      outside.add(Path.of(path).normalize());
    } else {
      problems.add(
          "%s is '%s', which lies in no location and cannot be read here to upload it; known are %s."
              .formatted(what, path, known(locations)));
    }
  }

  /** What is read from this machine and must be uploaded: absolute, without {@code ..}. */
  SortedSet<Path> outside() {
    return Collections.unmodifiableSortedSet(outside);
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
    String list =
        locations.stream()
            .filter(location -> !location.paths().isEmpty())
            .map(location -> location.name() + " (" + String.join(", ", location.paths()) + ")")
            .collect(Collectors.joining(", "));
    return list.isEmpty() ? "none" : list;
  }
}
