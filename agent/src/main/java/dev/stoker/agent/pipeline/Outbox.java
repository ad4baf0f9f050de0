package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.SessionFolders;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.OutputFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Takes a task's outputs out of its session, so that the next task finds an empty folder while
 * these are on their way. Only regular files are outputs: a link could name what the job may not
 * read.
 */
final class Outbox {
  private Outbox() {}

  /** A file and where it belongs. */
  record Output(OutputFile file, AssetUri destination) {}

  /**
   * Moves everything below the session's output folder into {@code box}.
   *
   * @param unchanged inputs that were copied there; left in place unless they changed
   * @throws AttemptFailure when a file belongs nowhere
   */
  static List<Output> collect(
      SessionFolders folders,
      Path box,
      LocationMap locations,
      Map<Path, InputFolder.Stamp> unchanged)
      throws IOException {
    List<Path> found = new ArrayList<>();
    Path out = folders.out();
    Files.walkFileTree(
        out,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path relative = out.relativize(file);
            if (attributes.isRegularFile()
                && !InputFolder.Stamp.of(attributes).equals(unchanged.get(relative))) {
              found.add(relative);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(Comparator.naturalOrder());
    List<Output> outputs = new ArrayList<>();
    for (Path relative : found) {
      AssetUri destination = destination(relative, locations);
      Path target = box.resolve(relative.toString());
      Files.createDirectories(target.resolveSibling(""));
      Files.move(out.resolve(relative), target, StandardCopyOption.ATOMIC_MOVE);
      outputs.add(new Output(new OutputFile(box, new AssetPath(relative.toString())), destination));
    }
    return outputs;
  }

  private static AssetUri destination(Path relative, LocationMap locations) {
    Jobs.Location location =
        locations
            .byName(relative.getName(0).toString())
            .filter(found -> found.writable() && relative.getNameCount() > 1)
            .orElseThrow(
                () ->
                    new AttemptFailure(
                        "The task wrote '"
                            + relative
                            + "' to its output folder, which lies in no writable location.",
                        false));
    try {
      return AssetUri.parse(location.uri())
          .resolve(AssetPath.of(relative.subpath(1, relative.getNameCount()).toString()));
    } catch (IoFailure | IllegalArgumentException e) {
      throw new AttemptFailure(
          "The output '" + relative + "' has no place to go: " + e.getMessage(), false);
    }
  }
}
