package dev.stoker.io.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code fusermount3}, the helper with which users mount who are not root: it opens the device,
 * mounts, and passes the descriptor over a socket (libfuse's mount.c, {@code _FUSE_COMMFD}).
 *
 * <p>Java's own processes inherit no descriptor but the first three, so it is started by
 * posix_spawn(3).
 */
public final class FuseMounter {
  /** struct msghdr on a 64-bit machine: eight words, of which one is padding. */
  private static final int MESSAGE_BYTES = 56;

  /** struct cmsghdr with one descriptor, padded. */
  private static final int CONTROL_BYTES = 24;

  private FuseMounter() {}

  /**
   * Mounts; waits for the helper, which waits for nobody.
   *
   * @param program the helper's path
   * @param options comma-separated, as {@code mount -o} has them
   * @throws PosixException when it cannot be started or refuses; it says why on stderr
   */
  public static FuseDevice mount(Path program, Path folder, String options) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(8);
      if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_STREAM, 0, pair.address()) != 0) {
        throw FileHandle.failure("socketpair for", program.toString());
      }
      int ours = pair.get(ValueLayout.JAVA_INT, 0);
      int theirs = pair.get(ValueLayout.JAVA_INT, 4);
      try {
        LibC.fcntl(ours, LibC.F_SETFD, LibC.FD_CLOEXEC);
        int pid = spawn(arena, program, theirs, List.of("-o", options, "--", folder.toString()));
        LibC.close(theirs);
        theirs = -1;
        int device = received(arena, ours);
        int status = exitOf(arena, pid);
        if (device < 0) {
          throw new PosixException(
              "mount by " + program, folder.toString(), status == 0 ? 5 : 1); // EIO, EPERM
        }
        LibC.fcntl(device, LibC.F_SETFD, LibC.FD_CLOEXEC);
        return new FuseDevice(device);
      } finally {
        LibC.close(ours);
        if (theirs >= 0) {
          LibC.close(theirs);
        }
      }
    }
  }

  /** Unmounts, at once where {@code detach} says so. */
  public static void unmount(Path program, Path folder, boolean detach) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      List<String> how =
          detach
              ? List.of("-u", "-q", "-z", "--", folder.toString())
              : List.of("-u", "-q", "--", folder.toString());
      if (exitOf(arena, spawn(arena, program, -1, how)) != 0) {
        throw new PosixException("unmount by " + program, folder.toString(), 16); // EBUSY
      }
    }
  }

  private static int spawn(Arena arena, Path program, int socket, List<String> arguments)
      throws PosixException {
    MemorySegment pid = arena.allocate(8);
    MemorySegment argv = arena.allocate(8L * (arguments.size() + 2), 8);
    argv.set(ValueLayout.JAVA_LONG, 0, text(arena, program.toString()));
    for (int i = 0; i < arguments.size(); i++) {
      argv.set(ValueLayout.JAVA_LONG, 8L * (i + 1), text(arena, arguments.get(i)));
    }
    MemorySegment environment = arena.allocate(24, 8);
    environment.set(ValueLayout.JAVA_LONG, 0, text(arena, "PATH=/usr/bin:/bin:/usr/sbin:/sbin"));
    if (socket >= 0) {
      environment.set(ValueLayout.JAVA_LONG, 8, text(arena, "_FUSE_COMMFD=" + socket));
    }
    int error =
        LibC.posix_spawn(
            pid.address(),
            CString.of(program.toString()),
            0,
            0,
            argv.address(),
            environment.address());
    if (error != 0) {
      throw new PosixException("start", program.toString(), error);
    }
    return pid.get(ValueLayout.JAVA_INT, 0);
  }

  private static long text(Arena arena, String text) {
    return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
  }

  /** The descriptor that comes over the socket, or -1 when the other side hangs up. */
  private static int received(Arena arena, int socket) {
    MemorySegment data = arena.allocate(8, 8);
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ValueLayout.JAVA_LONG, 0, data.address());
    vector.set(ValueLayout.JAVA_LONG, 8, 1);
    MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
    MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);
    message.set(ValueLayout.JAVA_LONG, 16, vector.address());
    message.set(ValueLayout.JAVA_LONG, 24, 1);
    message.set(ValueLayout.JAVA_LONG, 32, control.address());
    message.set(ValueLayout.JAVA_LONG, 40, CONTROL_BYTES);
    long count = LibC.recvmsg(socket, message.address(), 0);
    boolean hasControl = message.get(ValueLayout.JAVA_LONG, 40) >= 20;
    return count <= 0 || !hasControl ? -1 : control.get(ValueLayout.JAVA_INT, 16);
  }

  private static int exitOf(Arena arena, int pid) {
    MemorySegment status = arena.allocate(8, 8);
    while (LibC.waitpid(pid, status.address(), 0) < 0) {
      if (com.sun.jna.Native.getLastError() != Errno.EINTR.number()) {
        return 0; // somebody else reaped it
      }
    }
    return status.get(ValueLayout.JAVA_INT, 0) >> 8 & 0xff;
  }
}
