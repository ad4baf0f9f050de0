package dev.stoker.io.daemon;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where the I/O process of a data folder listens. */
public final class IoSocket {
  /** {@code sun_path} holds 108 bytes, the last of them NUL (unix(7)). */
  private static final int MAX_PATH_BYTES = 107;

  private IoSocket() {}

  /**
   * The socket of a data folder.
   *
   * @throws IoFailure.Invalid when the path is longer than a socket's may be
   */
  public static Path of(Path dataFolder) {
    Path path = dataFolder.toAbsolutePath().normalize().resolve("io.sock");
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IoFailure.Invalid(
          "Cannot listen at "
              + path
              + ": Linux takes no socket path above 107 bytes; choose a shorter data folder.");
    }
    return path;
  }

  /** Whether a process answers there now. */
  public static boolean isServed(Path dataFolder) {
    try (SocketChannel channel = connect(of(dataFolder))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
