package dev.stoker.io.daemon;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Where the I/O process of a data folder listens. */
public final class IoSocket {
  /** {@code sun_path} holds 108 bytes, the last of them NUL (unix(7)). */
  private static final int MAX_PATH_BYTES = 107;

  /** In the data folder the socket, in a cache folder a link to it. */
  static final String NAME = "io.sock";

  private IoSocket() {}

  /** A socket that somebody answers at. */
  record Found(Path socket) {}

  /**
   * The socket of a data folder.
   *
   * @throws IoFailure.Invalid when the path is longer than a socket's may be
   */
  public static Path of(Path dataFolder) {
    Path path = dataFolder.toAbsolutePath().normalize().resolve(NAME);
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
    return answers(of(dataFolder));
  }

  /**
   * The socket of the process that owns a cache folder: it leaves a link to it there. Empty when
   * nobody answers.
   */
  static Optional<Found> ofCache(Path cacheFolder) {
    try {
      // Followed here, because the link's own path may be longer than a socket's.
      return Optional.of(cacheFolder.resolve(NAME).toRealPath())
          .filter(IoSocket::answers)
          .map(Found::new);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = connect(socket)) {
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
