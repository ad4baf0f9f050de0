package dev.stoker.io.mount.fuse;

import dev.stoker.io.mount.fuse.Request.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests, as the kernel lays them out (linux/fuse.h): a header of 40 bytes, then what the
 * opcode says. Pure; whatever the bytes are, it ends with a {@link Request} or a {@link Malformed}.
 */
final class RequestDecoder {
  static final int HEADER_BYTES = 40;

  private static final int MAX_NAME_BYTES = 4096; // PATH_MAX: a symbolic link's target

  // FATTR_* of SETATTR.
  private static final int MODE = 1;
  private static final int UID = 1 << 1;
  private static final int GID = 1 << 2;
  private static final int SIZE = 1 << 3;
  private static final int ATIME = 1 << 4;
  private static final int MTIME = 1 << 5;
  private static final int HANDLE = 1 << 6;
  private static final int ATIME_NOW = 1 << 7;
  private static final int MTIME_NOW = 1 << 8;

  private RequestDecoder() {}

  /** Bytes that are no request; those of its number, where there was one. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final long unique;
    private final boolean badName;

    Malformed(long unique, String message, boolean badName) {
      super(message);
      this.unique = unique;
      this.badName = badName;
    }

    long unique() {
      return unique;
    }

    /** Whether only a name in it is none that we can hold. */
    boolean badName() {
      return badName;
    }
  }

  /** Reads what lies between the buffer's position and limit. */
  static Request decode(ByteBuffer message) throws Malformed {
    ByteBuffer in = message.slice().order(ByteOrder.nativeOrder());
    if (in.remaining() < HEADER_BYTES) {
      throw new Malformed(0, "A request of " + in.remaining() + " bytes has no header.", false);
    }
    int length = in.getInt(0);
    long unique = in.getLong(8);
    if (length != in.remaining()) {
      throw new Malformed(
          unique, "A request says " + length + " bytes and has " + in.remaining() + ".", false);
    }
    // Extensions stand behind the arguments (since 7.38); no flag of ours asks for any.
    int extensions = 8 * Short.toUnsignedInt(in.getShort(36));
    in.position(HEADER_BYTES);
    if (extensions > in.remaining()) {
      throw new Malformed(unique, "A request's extensions are longer than itself.", false);
    }
    in.limit(in.limit() - extensions);
    Operation operation = new Arguments(in, unique).operation(in.getInt(4));
    return new Request(
        unique, in.getLong(16), in.getInt(24), in.getInt(28), in.getInt(32), operation);
  }

  /** What follows the header. */
  private record Arguments(ByteBuffer in, long unique) {
    Operation operation(int opcode) throws Malformed {
      return switch (opcode) {
        case Opcode.READ -> read();
        case Opcode.LOOKUP -> new Request.Lookup(name());
        case Opcode.GETATTR -> new Request.GetStatus();
        case Opcode.OPEN -> new Request.Open(need(8).getInt());
        case Opcode.RELEASE -> new Request.Release(need(24).getLong());
        case Opcode.FORGET -> new Request.Forget(need(8).getLong());
        case Opcode.BATCH_FORGET -> forgetAll();
        case Opcode.GETXATTR -> {
          int bytes = need(8).getInt();
          skip(4);
          yield new Request.GetAttribute(name(), bytes);
        }
        case Opcode.LISTXATTR -> new Request.ListAttributes(need(8).getInt());
        case Opcode.OPENDIR -> new Request.OpenDirectory();
        case Opcode.READDIR -> readDirectory(false);
        case Opcode.READDIRPLUS -> readDirectory(true);
        case Opcode.RELEASEDIR -> new Request.ReleaseDirectory(need(24).getLong());
        case Opcode.READLINK -> new Request.ReadLink();
        case Opcode.STATFS -> new Request.FileSystem();
        case Opcode.FLUSH -> new Request.Flush(need(24).getLong());
        case Opcode.FSYNC -> new Request.Sync(need(16).getLong(), (in.getInt() & 1) != 0);
        case Opcode.FSYNCDIR -> new Request.SyncDirectory();
        case Opcode.INTERRUPT -> new Request.Interrupt(need(8).getLong());
        case Opcode.INIT -> init();
        case Opcode.DESTROY -> new Request.Destroy();
        default -> change(opcode);
      };
    }

    /** Those that change the tree. */
    private Operation change(int opcode) throws Malformed {
      return switch (opcode) {
        case Opcode.WRITE -> write();
        case Opcode.CREATE -> {
          int flags = need(16).getInt();
          int mode = in.getInt() & ~in.getInt();
          skip(4);
          yield new Request.Create(name(), flags, mode);
        }
        case Opcode.MKDIR -> {
          int mode = need(8).getInt() & ~in.getInt();
          yield new Request.MakeFolder(name(), mode);
        }
        case Opcode.MKNOD -> {
          int mode = need(16).getInt();
          skip(4);
          mode &= ~in.getInt();
          skip(4);
          yield new Request.MakeNode(name(), mode);
        }
        case Opcode.SYMLINK -> new Request.SymbolicLink(name(), name());
        case Opcode.LINK -> new Request.Link(need(8).getLong(), name());
        case Opcode.UNLINK -> new Request.RemoveFile(name());
        case Opcode.RMDIR -> new Request.RemoveFolder(name());
        case Opcode.RENAME -> rename(need(8).getLong(), 0);
        case Opcode.RENAME2 -> {
          long toFolder = need(16).getLong();
          int flags = in.getInt();
          skip(4);
          yield rename(toFolder, flags);
        }
        case Opcode.SETATTR -> setStatus();
        case Opcode.SETXATTR -> setAttribute();
        case Opcode.REMOVEXATTR -> new Request.RemoveAttribute(name());
        case Opcode.FALLOCATE -> {
          need(32);
          yield new Request.Allocate(in.getLong(), in.getLong(), in.getLong(), in.getInt());
        }
        default -> new Request.Unknown(opcode);
      };
    }

    private Operation read() throws Malformed {
      need(40);
      long handle = in.getLong();
      long offset = in.getLong();
      int bytes = in.getInt();
      if (offset < 0 || bytes < 0 || offset + bytes < 0) {
        throw malformed("a range below 0");
      }
      return new Request.Read(handle, offset, bytes);
    }

    private Operation readDirectory(boolean plus) throws Malformed {
      need(40);
      long handle = in.getLong();
      long offset = in.getLong();
      int bytes = in.getInt();
      if (offset < 0 || bytes < 0) {
        throw malformed("a place below 0");
      }
      return new Request.ReadDirectory(handle, offset, bytes, plus);
    }

    private Operation write() throws Malformed {
      need(40);
      long handle = in.getLong();
      long offset = in.getLong();
      int bytes = in.getInt();
      skip(20);
      if (offset < 0 || bytes != in.remaining() || offset + bytes < 0) {
        throw malformed(bytes + " bytes to write and " + in.remaining());
      }
      return new Request.Write(handle, offset, in.slice());
    }

    private Operation init() throws Malformed {
      int major = need(16).getInt();
      int minor = in.getInt();
      int readAheadBytes = in.getInt();
      long flags = Integer.toUnsignedLong(in.getInt());
      if ((flags & Negotiation.INIT_EXT) != 0 && in.remaining() >= 4) {
        flags |= Integer.toUnsignedLong(in.getInt()) << 32;
      }
      return new Request.Init(major, minor, readAheadBytes, flags);
    }

    private Operation forgetAll() throws Malformed {
      int count = need(8).getInt();
      skip(4);
      if (count < 0 || count > in.remaining() / 16) {
        throw malformed(count + " nodes to forget");
      }
      long[] nodes = new long[count];
      long[] uses = new long[count];
      for (int i = 0; i < count; i++) {
        nodes[i] = in.getLong();
        uses[i] = in.getLong();
      }
      return new Request.ForgetAll(nodes, uses);
    }

    private Operation rename(long toFolder, int flags) throws Malformed {
      return new Request.Rename(name(), toFolder, name(), flags);
    }

    private Operation setAttribute() throws Malformed {
      // Without SETXATTR_EXT, which is never asked for, size and flags only.
      int bytes = need(8).getInt();
      int flags = in.getInt();
      String name = name();
      if (bytes < 0 || bytes > in.remaining()) {
        throw malformed("a value of " + bytes + " bytes");
      }
      byte[] value = new byte[bytes];
      in.get(value);
      return new Request.SetAttribute(name, value, flags);
    }

    private Operation setStatus() throws Malformed {
      need(88);
      int valid = in.getInt();
      skip(4);
      long handle = in.getLong();
      long size = in.getLong();
      skip(8);
      long accessed = in.getLong();
      long modified = in.getLong();
      skip(8);
      long accessedNanos = nanos(accessed, in.getInt());
      long modifiedNanos = nanos(modified, in.getInt());
      skip(4);
      int mode = in.getInt();
      skip(4);
      int uid = in.getInt();
      int gid = in.getInt();
      if ((valid & SIZE) != 0 && size < 0) {
        throw malformed("a size below 0");
      }
      return new Request.SetStatus(
          has(valid, HANDLE) ? handle : null,
          new StatusChange(
              has(valid, MODE) ? mode & 07777 : null,
              has(valid, UID) ? uid : null,
              has(valid, GID) ? gid : null,
              has(valid, SIZE) ? size : null,
              time(valid, ATIME, ATIME_NOW, accessedNanos),
              time(valid, MTIME, MTIME_NOW, modifiedNanos),
              null));
    }

    private static @Nullable Long time(int valid, int given, int now, long nanos) {
      if (has(valid, now)) {
        return StatusChange.NOW;
      }
      return has(valid, given) ? nanos : null;
    }

    private static boolean has(int valid, int bit) {
      return (valid & bit) != 0;
    }

    private static long nanos(long seconds, int nanos) {
      return seconds * 1_000_000_000L + Integer.toUnsignedLong(nanos);
    }

    /** The next NUL-terminated name. */
    private String name() throws Malformed {
      int end = in.position();
      while (end < in.limit() && in.get(end) != 0) {
        end++;
      }
      int bytes = end - in.position();
      if (end == in.limit() || bytes == 0 || bytes > MAX_NAME_BYTES) {
        throw malformed("a name of " + bytes + " bytes");
      }
      ByteBuffer utf8 = in.slice(in.position(), bytes);
      in.position(end + 1);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
      } catch (CharacterCodingException e) {
        throw new Malformed(unique, "A name is not UTF-8.", true);
      }
    }

    private ByteBuffer need(int bytes) throws Malformed {
      if (in.remaining() < bytes) {
        throw malformed(in.remaining() + " bytes of arguments in place of " + bytes);
      }
      return in;
    }

    private void skip(int bytes) throws Malformed {
      need(bytes).position(in.position() + bytes);
    }

    private Malformed malformed(String what) {
      return new Malformed(unique, "A request has " + what + ".", false);
    }
  }
}
