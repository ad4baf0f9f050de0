package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.BlockStager;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file being published: opened folder by folder relative to open folders (openat(2) with
 * O_NOFOLLOW), so that no link planted below the trusted top, before or meanwhile, leads elsewhere;
 * and known to be the same, unchanged file until {@link #requireUnchanged}.
 *
 * <p>Reads may come from several threads.
 */
final class OpenOutput implements BlockStager.Source, Closeable {
  private final OutputFile file;
  private final SecureDirectoryStream<Path> folder;
  private final FileChannel channel;
  private final BasicFileAttributes before;

  private OpenOutput(
      OutputFile file,
      SecureDirectoryStream<Path> folder,
      FileChannel channel,
      BasicFileAttributes before) {
    this.file = file;
    this.folder = folder;
    this.channel = channel;
    this.before = before;
  }

  /**
   * @throws IoFailure.NotFound when it is not there
   * @throws IoFailure.Invalid when it is a link, a folder or a device, or a link leads to it
   */
  static OpenOutput open(OutputFile file) {
    SecureDirectoryStream<Path> folder = null;
    boolean opened = false;
    try {
      folder = openFolder(file);
      Path name = Path.of(file.path().name());
      BasicFileAttributes attributes = attributes(folder, name);
      if (!attributes.isRegularFile()) {
        throw new IoFailure.Invalid(
            "Cannot publish "
                + file
                + ": it is a link, folder or device; let the renderer write a regular file there.");
      }
      SeekableByteChannel channel =
          folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      OpenOutput result = new OpenOutput(file, folder, (FileChannel) channel, attributes);
      opened = true;
      return result;
    } catch (NoSuchFileException e) {
      throw new IoFailure.NotFound("Cannot publish " + file + ": there is no such file.");
    } catch (IOException e) {
      throw FileTrouble.of("Cannot read " + file, e);
    } finally {
      if (!opened) {
        closeQuietly(folder);
      }
    }
  }

  @Override
  public long lengthBytes() {
    return before.size();
  }

  @Override
  public void read(ByteBuffer into, long offset) {
    try {
      long at = offset;
      while (into.hasRemaining()) {
        int count = channel.read(into, at);
        if (count < 0) {
          throw changed();
        }
        at += count;
      }
    } catch (IOException e) {
      throw FileTrouble.of("Cannot read " + file, e);
    }
  }

  /**
   * Whether what was read is one state of the file. A write in the same tick of the kernel's clock
   * (at most 10 ms) as the last one before opening, and of equal length, goes unnoticed.
   *
   * @throws IoFailure.Changed when it is another file by now, or was written to
   */
  void requireUnchanged() {
    try {
      BasicFileAttributes now = attributes(folder, Path.of(file.path().name()));
      if (now.size() != before.size()
          || !now.lastModifiedTime().equals(before.lastModifiedTime())
          || !Objects.equals(now.fileKey(), before.fileKey())) {
        throw changed();
      }
    } catch (NoSuchFileException e) {
      throw changed();
    } catch (IOException e) {
      throw FileTrouble.of("Cannot read " + file, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
    closeQuietly(folder);
  }

  private IoFailure changed() {
    return new IoFailure.Changed(
        "Cannot publish "
            + file
            + ": it changed while it was read; stage it again when its writer is done.");
  }

  private static SecureDirectoryStream<Path> openFolder(OutputFile file) throws IOException {
    SecureDirectoryStream<Path> folder = openTop(file.folder());
    AssetPath parent = file.path().parent();
    for (String name : parent.isRoot() ? new String[0] : parent.value().split("/")) {
      SecureDirectoryStream<Path> above = folder;
      try (above) {
        if (!attributes(above, Path.of(name)).isDirectory()) {
          throw new IoFailure.Invalid(
              "Cannot publish " + file + ": '" + name + "' on the way to it is not a folder.");
        }
        folder = above.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      }
    }
    return folder;
  }

  @SuppressWarnings("StreamResourceLeak") // The opened output owns and closes it.
  private static SecureDirectoryStream<Path> openTop(Path folder) throws IOException {
    DirectoryStream<Path> opened = Files.newDirectoryStream(folder);
    if (opened instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    opened.close();
    throw new IOException("this Java runtime has no openat(2)");
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  private static void closeQuietly(@Nullable Closeable open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // Nothing was written through it, so nothing is lost.
    }
  }
}
