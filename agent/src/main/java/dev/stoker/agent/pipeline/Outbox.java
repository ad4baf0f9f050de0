package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptRecord;
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
import java.util.function.BiPredicate;

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
   * Moves everything below the session's output folder into {@code box}, where an earlier agent may
   * have begun to do so.
   *
   * @param unchanged inputs that were copied there; left in place unless they changed
   * @return all that lies in the box then, in the order of paths
   * @throws AttemptFailure when a file belongs nowhere
   */
  static List<Output> collect(
      SessionFolders folders,
      Path box,
      LocationMap locations,
      Map<Path, InputFolder.Stamp> unchanged)
      throws IOException {
    Path out = folders.out();
    for (Path relative : files(out, (path, stamp) -> !stamp.equals(unchanged.get(path)))) {
      destination(relative, locations); // before it is moved: an AttemptFailure names its place
      Path target = box.resolve(relative.toString());
      Files.createDirectories(target.resolveSibling(""));
      Files.move(out.resolve(relative), target, StandardCopyOption.ATOMIC_MOVE);
    }
    List<Output> outputs = new ArrayList<>();
    for (Path relative : files(box, (path, stamp) -> true)) {
      AssetUri destination = destination(relative, locations);
      outputs.add(new Output(new OutputFile(box, new AssetPath(relative.toString())), destination));
    }
    return outputs;
  }

  private static List<Path> files(Path top, BiPredicate<Path, InputFolder.Stamp> wanted)
      throws IOException {
    List<Path> found = new ArrayList<>();
    if (!Files.isDirectory(top)) {
      return found;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path relative = top.relativize(file);
            if (attributes.isRegularFile()
                && wanted.test(relative, InputFolder.Stamp.of(attributes))) {
              found.add(relative);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(Comparator.naturalOrder());
    return found;
  }

  /** For the attempt's record. */
  static List<AttemptRecord.Waiting> waiting(List<Output> outputs) {
    return outputs.stream()
        .map(
            output ->
                new AttemptRecord.Waiting(
                    output.file().path().value(), output.destination().canonical()))
        .toList();
  }

  /** From an earlier agent's record. */
  static List<Output> of(Path box, List<AttemptRecord.Waiting> waiting) {
    return waiting.stream()
        .map(
            output ->
                new Output(
                    new OutputFile(box, new AssetPath(output.path())),
                    AssetUri.parse(output.destination())))
        .toList();
  }

  /**
   * Where a file goes.
   *
   * @param relative below the output folder
   * @throws AttemptFailure when it belongs nowhere
   */
  static AssetUri destination(Path relative, LocationMap locations) {
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
