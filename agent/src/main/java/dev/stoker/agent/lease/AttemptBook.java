package dev.stoker.agent.lease;

import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The attempts of this node on disk: one file each, replaced by rename at each step. Thread-safe
 * for different leases.
 *
 * <p>Not flushed: what a power failure takes, the controller has, and it recovers a granted
 * manifest by another node.
 */
public final class AttemptBook {
  private static final Logger LOG = System.getLogger(AttemptBook.class.getName());
  private static final String SUFFIX = ".json";

  private final Path folder;

  public AttemptBook(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      // Manifests and other jobs' logs: nothing for renderers.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the folder of attempts " + folder + ".", e);
    }
  }

  public Path folder() {
    return folder;
  }

  /** Where more about this attempt may be put; {@link #remove} knows nothing of it. */
  public Path fileOf(String leaseId, String suffix) {
    return folder.resolve(URLEncoder.encode(leaseId, StandardCharsets.UTF_8) + suffix);
  }

  /**
   * Notes how far an attempt is.
   *
   * @throws IOException when it cannot; what was noted before stands
   */
  public void write(AttemptRecord record) throws IOException {
    Path file = fileOf(record.lease().leaseId(), SUFFIX);
    Path part = fileOf(record.lease().leaseId(), ".part");
    try {
      Files.write(part, Wire.mapper().writeValueAsBytes(record));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IOException(
          "Cannot note how far an attempt is in " + file + ": " + e.getMessage() + ".", e);
    }
  }

  /** Forgets an attempt; one that cannot be forgotten is asked about again by the next agent. */
  public void remove(String leaseId) {
    Path file = fileOf(leaseId, SUFFIX);
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(fileOf(leaseId, ".part")); // of a write that found no room
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot forget the attempt in {0}: {1}", file, e.getMessage());
    }
  }

  /** All that an earlier agent left. */
  public List<AttemptRecord> all() {
    List<AttemptRecord> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        try {
          records.add(Wire.mapper().readValue(Files.readAllBytes(file), AttemptRecord.class));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
          LOG.log(Level.WARNING, "Cannot read the attempt in {0}: {1}", file, e.getMessage());
          Files.move(file, Path.of(file + ".bad"), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the attempts in " + folder + ".", e);
    }
    return records;
  }
}
