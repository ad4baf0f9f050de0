package dev.stoker.agent.preview;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An OpenEXR file, read forwards in little-endian numbers. Not thread-safe. */
final class ExrInput implements Closeable {
  private static final int TILED = 0x200;
  private static final int MANY_PARTS = 0x1000;

  private final InputStream in;
  private final long length;
  private final int flags;
  private long position;

  ExrInput(Path file) throws IOException {
    length = Files.size(file);
    in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      if (int32() != ExrReader.MAGIC) {
        throw wrong("another magic number");
      }
      flags = int32();
      require((flags & 0xFF) <= 2, "a version that is not known");
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  boolean isTiled() {
    return (flags & TILED) != 0;
  }

  boolean hasManyParts() {
    return (flags & MANY_PARTS) != 0;
  }

  long position() {
    return position;
  }

  boolean isAtEnd() {
    return position >= length;
  }

  int int8() throws IOException {
    int value = in.read();
    if (value < 0) {
      throw new EOFException("The file ends in the middle.");
    }
    position++;
    return value;
  }

  int int32() throws IOException {
    return int8() | int8() << 8 | int8() << 16 | int8() << 24;
  }

  /** Some bytes; never more than the file has. */
  byte[] bytes(int count) throws IOException {
    require(count >= 0 && count <= length - position, "more bytes announced than there are");
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    if (bytes.length < count) {
      throw new EOFException("The file ends in the middle.");
    }
    return bytes;
  }

  /** A text that a zero ends. */
  String text(int longest) throws IOException {
    byte[] text = new byte[longest];
    for (int i = 0; i <= longest; i++) {
      int value = int8();
      if (value == 0) {
        return new String(text, 0, i, StandardCharsets.UTF_8);
      }
      require(i < longest, "a name without an end");
      text[i] = (byte) value;
    }
    throw wrong("a name without an end");
  }

  void skip(long count) throws IOException {
    seek(position + count);
  }

  /** Goes on behind; going back is an error. */
  void seek(long to) throws IOException {
    require(to >= position && to <= length, "a place that the file does not have");
    in.skipNBytes(to - position);
    position = to;
  }

  void require(boolean condition, String what) throws IOException {
    if (!condition) {
      throw wrong(what);
    }
  }

  IOException wrong(String what) {
    return new IOException("Not an OpenEXR file that can be read: " + what + ".");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
