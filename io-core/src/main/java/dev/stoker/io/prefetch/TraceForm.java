package dev.stoker.io.prefetch;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.prefetch.AccessTrace.Touch;
import dev.stoker.io.prefetch.AccessTrace.UsedFile;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import org.jspecify.annotations.Nullable;

/**
 * A trace as text: in Base64 the letters {@code STKT}, a form number, the unpacked length, and an
 * LZ4 block of variable-length numbers. Names share their beginning with the name before; touches
 * are told as distances, mostly one byte each. Pure.
 */
public final class TraceForm {
  /** Longest packed trace, before Base64. */
  public static final int MOST_BYTES = 512 << 10;

  private static final int MAGIC = 0x53544b54;
  private static final byte FORM = 1;
  private static final int HEADER_BYTES = 9;

  /** No trace within the bounds of {@link AccessTrace} unpacks to more. */
  private static final int MOST_UNPACKED_BYTES = 64 << 20;

  private TraceForm() {}

  /** Packs; null when it would be longer than {@link #MOST_BYTES}. */
  public static @Nullable String pack(AccessTrace trace) {
    Writer out = new Writer();
    out.number(trace.whole() ? 1 : 0);
    out.number(trace.files().size());
    String before = "";
    for (UsedFile file : trace.files()) {
      String name = file.location() + "/" + file.path();
      int shared = shared(before, name);
      out.number(shared);
      out.text(name.substring(shared));
      out.number(file.location().length());
      out.text(file.version());
      out.number(file.lengthBytes());
      out.number(file.passed() ? 1 : 0);
      before = name;
    }
    out.number(trace.touches().size());
    int lastFile = 0;
    long[] next = new long[trace.files().size()];
    for (Touch touch : trace.touches()) {
      out.signed(touch.file() - (long) lastFile);
      out.signed(touch.grain() - next[touch.file()]);
      out.number(touch.grains());
      lastFile = touch.file();
      next[touch.file()] = touch.grain() + touch.grains();
    }
    byte[] plain = out.bytes.toByteArray();
    byte[] packed = LZ4Factory.fastestInstance().fastCompressor().compress(plain);
    if (packed.length + HEADER_BYTES > MOST_BYTES || plain.length > MOST_UNPACKED_BYTES) {
      return null;
    }
    byte[] whole =
        ByteBuffer.allocate(HEADER_BYTES + packed.length)
            .putInt(MAGIC)
            .put(FORM)
            .putInt(plain.length)
            .put(packed)
            .array();
    return Base64.getEncoder().encodeToString(whole);
  }

  /**
   * Unpacks what {@link #pack} gave.
   *
   * @throws IoFailure.Invalid when it is no trace of this form
   */
  public static AccessTrace unpack(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      ByteBuffer in = ByteBuffer.wrap(bytes);
      if (bytes.length > MOST_BYTES || in.getInt() != MAGIC || in.get() != FORM) {
        throw new IoFailure.Invalid("These bytes are no access trace of this release.");
      }
      int length = in.getInt();
      if (length < 0 || length > MOST_UNPACKED_BYTES) {
        throw new IoFailure.Invalid("An access trace says that it is " + length + " bytes long.");
      }
      byte[] plain =
          LZ4Factory.fastestInstance()
              .safeDecompressor()
              .decompress(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, length);
      return read(new Reader(ByteBuffer.wrap(plain)));
    } catch (BufferUnderflowException
        | LZ4Exception
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      throw new IoFailure.Invalid("An access trace is damaged: " + e);
    }
  }

  private static AccessTrace read(Reader in) {
    boolean whole = in.number() != 0;
    int fileCount = in.count(AccessTrace.MOST_FILES);
    List<UsedFile> files = new ArrayList<>();
    String before = "";
    for (int i = 0; i < fileCount; i++) {
      String name = before.substring(0, in.count(before.length())) + in.text();
      int split = in.count(name.length());
      files.add(
          new UsedFile(
              name.substring(0, split),
              name.substring(Math.min(name.length(), split + 1)),
              in.text(),
              in.number(),
              in.number() != 0));
      before = name;
    }
    int touchCount = in.count(AccessTrace.MOST_TOUCHES);
    List<Touch> touches = new ArrayList<>(touchCount);
    long[] next = new long[fileCount];
    int file = 0;
    for (int i = 0; i < touchCount; i++) {
      file = Math.toIntExact(Math.clamp(file + in.signed(), 0L, Math.max(0L, fileCount - 1L)));
      long grain = next[file] + in.signed();
      int grains = in.count(Integer.MAX_VALUE);
      next[file] = grain + grains;
      touches.add(new Touch(file, grain, grains));
    }
    return new AccessTrace(files, touches, whole);
  }

  private static int shared(String one, String other) {
    int most = Math.min(one.length(), other.length());
    int at = 0;
    while (at < most && one.charAt(at) == other.charAt(at)) {
      at++;
    }
    return at;
  }

  private static final class Writer {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void number(long value) {
      long left = value;
      while ((left & ~0x7FL) != 0) {
        bytes.write((int) ((left & 0x7F) | 0x80));
        left >>>= 7;
      }
      bytes.write((int) left);
    }

    /** Zigzag: small distances either way are short. */
    void signed(long value) {
      number(value << 1 ^ value >> 63);
    }

    void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      number(utf8.length);
      bytes.writeBytes(utf8);
    }
  }

  private record Reader(ByteBuffer in) {
    long number() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte next = in.get();
        value |= (long) (next & 0x7F) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new IoFailure.Invalid("An access trace holds a number of more than 64 bits.");
    }

    long signed() {
      long value = number();
      return value >>> 1 ^ -(value & 1);
    }

    int count(int most) {
      long value = number();
      if (value < 0 || value > most) {
        throw new IoFailure.Invalid(
            "An access trace counts " + value + " where " + most + " is most.");
      }
      return (int) value;
    }

    String text() {
      byte[] utf8 = new byte[count(in.remaining())];
      in.get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    }
  }
}
