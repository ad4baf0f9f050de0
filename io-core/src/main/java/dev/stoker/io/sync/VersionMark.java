package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.posix.SmallFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, in extended attributes of a local file, which origin version it holds and how far its
 * download got. File systems without them are served by size and mtime, and without resuming.
 *
 * <p>The progress counts only within one boot: after a power failure the attribute may be newer
 * than the data.
 */
final class VersionMark {
  private static final String VERSION = "stoker.version";
  private static final String PROGRESS = "stoker.progress";
  private static final String BOOT_ID = bootId();

  /** What nearly every mark fits in: to ask for its size first opens the file once more. */
  private static final int USUAL_BYTES = 256;

  private VersionMark() {}

  /** The token of the version that {@code file} holds, where it is marked. */
  static @Nullable String version(Path file) {
    return read(file, VERSION);
  }

  /** Marks a complete file. */
  static void markComplete(Path file, AssetInfo info, boolean hasProgress) throws IOException {
    boolean _ = write(file, VERSION, info.version().token());
    if (hasProgress) {
      remove(file, PROGRESS);
    }
    // The time of access, too: with one of the two, the JDK asks for the other before.
    Files.getFileAttributeView(file, BasicFileAttributeView.class)
        .setTimes(
            FileTime.from(info.modified()), FileTime.fromMillis(System.currentTimeMillis()), null);
  }

  /** Writes a whole file with its mark. */
  static void store(Path file, ByteBuffer data, AssetInfo info) throws IOException {
    SmallFile.store(file, data, "user." + VERSION, info.version().token(), info.modified());
  }

  /** Notes that the first {@code bytes} of a part are there. */
  static void markProgress(Path part, AssetInfo info, long bytes) {
    boolean _ = write(part, PROGRESS, BOOT_ID + " " + bytes + " " + info.version().token());
  }

  /** How many bytes from the start of {@code part} are already those of {@code info}. */
  static long progress(Path part, AssetInfo info) {
    String text = read(part, PROGRESS);
    String prefix = BOOT_ID + " ";
    String suffix = " " + info.version().token();
    if (text == null || !text.startsWith(prefix) || !text.endsWith(suffix)) {
      return 0;
    }
    try {
      long bytes = Long.parseLong(text.substring(prefix.length(), text.length() - suffix.length()));
      return bytes >= 0 && bytes <= Math.min(info.lengthBytes(), Files.size(part)) ? bytes : 0;
    } catch (NumberFormatException | IndexOutOfBoundsException | IOException e) {
      return 0;
    }
  }

  private static @Nullable UserDefinedFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }

  private static @Nullable String read(Path file, String name) {
    UserDefinedFileAttributeView view = view(file);
    if (view == null) {
      return null;
    }
    try {
      return read(view, name, USUAL_BYTES);
    } catch (IOException noneOrLong) {
      return readLong(view, name);
    }
  }

  private static @Nullable String readLong(UserDefinedFileAttributeView view, String name) {
    try {
      int size = view.size(name);
      return size > USUAL_BYTES ? read(view, name, size) : null;
    } catch (IOException none) {
      return null;
    }
  }

  private static String read(UserDefinedFileAttributeView view, String name, int most)
      throws IOException {
    ByteBuffer value = ByteBuffer.allocate(most);
    view.read(name, value);
    return StandardCharsets.UTF_8.decode(value.flip()).toString();
  }

  private static boolean write(Path file, String name, String value) {
    UserDefinedFileAttributeView view = view(file);
    try {
      if (view != null) {
        view.write(name, StandardCharsets.UTF_8.encode(value));
        return true;
      }
    } catch (IOException unsupported) {
      // Then size and mtime must do.
    }
    return false;
  }

  private static void remove(Path file, String name) {
    UserDefinedFileAttributeView view = view(file);
    try {
      if (view != null) {
        view.delete(name);
      }
    } catch (IOException none) {
      // It was never there.
    }
  }

  private static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "unknown-boot-" + System.nanoTime();
    }
  }
}
