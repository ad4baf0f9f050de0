package dev.stoker.agent.demo;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.source.AssetSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Brings a job's published files from Blob into a folder. */
final class FrameDownload {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGE = 200;

  private final AssetSource frames;
  private final Path folder;

  /**
   * @param frames the tree that the job wrote to, flat
   */
  FrameDownload(AssetSource frames, Path folder) {
    this.frames = frames;
    this.folder = folder;
  }

  /**
   * @return the files, by name
   */
  List<Path> of(ControllerClient client, String jobId) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    @Nullable String after = null;
    do {
      Jobs.Outputs page = client.outputs(jobId, after, PAGE);
      for (Jobs.Output output : page.outputs()) {
        files.add(download(AssetUri.parse(output.destination()).path()));
      }
      after = page.next();
    } while (after != null);
    files.sort(null);
    return files;
  }

  private Path download(AssetPath path) throws IOException, InterruptedException {
    String name = path.value().substring(path.value().lastIndexOf('/') + 1);
    Deadline deadline = Deadline.after(PATIENCE);
    AssetInfo info = frames.stat(AssetPath.of(name), deadline);
    // Frames of the demo's size; a buffer takes them whole.
    ByteBuffer content = ByteBuffer.allocateDirect(Math.toIntExact(info.lengthBytes()));
    try {
      frames.read(info, new ByteRange(0, info.lengthBytes()), content, deadline).get();
    } catch (ExecutionException e) {
      throw new IOException("Cannot download " + name + ": " + e.getCause(), e);
    }
    Path part = folder.resolve(name + ".stoker-part");
    try (FileChannel file =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      content.flip();
      while (content.hasRemaining()) {
        file.write(content);
      }
    }
    return Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }
}
