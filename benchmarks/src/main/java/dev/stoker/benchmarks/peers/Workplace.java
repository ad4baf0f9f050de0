package dev.stoker.benchmarks.peers;

import dev.stoker.agent.launch.FolderTree;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The folder of one call, with all its data; gone when it is closed. */
final class Workplace implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path folder;
  private final Thread remover;

  private Workplace(Path folder) {
    this.folder = folder;
    this.remover = new Thread(() -> remove(folder), "remove-data");
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /**
   * Makes a folder of its own below {@code parent}, and has everything else that is temporary go
   * there, too.
   */
  static Workplace below(@Nullable Path parent) {
    Path base = parent == null ? Path.of(System.getProperty("java.io.tmpdir")) : parent;
    Path folder = base.toAbsolutePath().resolve("stoker-peers-" + ProcessHandle.current().pid());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The JDK reads it when the first temporary file is made: none has been so far.
    System.setProperty("java.io.tmpdir", folder.toString());
    return new Workplace(folder);
  }

  Path folder() {
    return folder;
  }

  Path newFolder(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes bytes that do not compress, the same for the same seed. */
  static Path fill(Path file, long bytes, long seed) {
    Random random = new Random(seed);
    byte[] chunk = new byte[(int) Math.min(bytes, CHUNK_BYTES)];
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      random.nextBytes(chunk);
      for (long at = 0; at < bytes; at += chunk.length) {
        // Each chunk differs by its number, which is enough to notice one in the wrong place.
        ByteBuffer.wrap(chunk).putLong(0, seed * 31 + at);
        int _ = channel.write(ByteBuffer.wrap(chunk, 0, (int) Math.min(chunk.length, bytes - at)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** Makes a file of zeros that take no disk: for those to whom it does not matter what it says. */
  static void sparse(Path file, long bytes) {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder, empty. */
  static Path remade(Path folder) {
    remove(folder);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws unless the copy is like the original: as long, or the same in every byte. */
  static void requireSame(Path original, Path copy, boolean everyByte) {
    try {
      if (!Files.isRegularFile(copy) || Files.size(copy) != Files.size(original)) {
        throw new IllegalStateException(copy + " is missing or has another length.");
      }
      if (everyByte && Files.mismatch(original, copy) >= 0) {
        throw new IllegalStateException(
            copy + " differs at byte " + Files.mismatch(original, copy) + ".");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deletes a file or a folder with all it holds, where it is; one at a time, since Ctrl-C removes,
   * too.
   */
  static synchronized void remove(Path root) {
    try {
      FolderTree.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    remove(folder);
    Runtime.getRuntime().removeShutdownHook(remover);
  }
}
