package dev.stoker.io.daemon;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Serves a node's I/O to other processes of the same user by the data folder's socket, mode 0600. A
 * stage outlives the connection that asked for it.
 */
public final class IoServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(IoServer.class.getName());

  /** Agents, command lines and tests; more wait in the socket's backlog. */
  private static final int MAX_CONNECTIONS = 64;

  private final IoNode node;
  private final Path socket;
  private final ServerSocketChannel server;
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
  private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;

  private IoServer(IoNode node, Path socket, ServerSocketChannel server) {
    this.node = node;
    this.socket = socket;
    this.server = server;
    this.acceptor = Thread.ofVirtual().name("io accept").unstarted(this::accept);
  }

  /**
   * Starts to listen; {@code node} stays the caller's to close.
   *
   * @throws IoFailure.Unavailable when a running process listens there already
   */
  public static IoServer start(IoNode node, Path dataFolder) {
    Path socket = IoSocket.of(dataFolder);
    if (IoSocket.isServed(dataFolder)) {
      throw new IoFailure.Unavailable(
          "Cannot listen at " + socket + ": another 'stoker io' answers there; stop it first.",
          null);
    }
    try {
      Files.createDirectories(socket.getParent());
      Files.deleteIfExists(socket); // of a dead process: nobody answers
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        // Bound under another name first: nobody may connect before the mode is set.
        Path fresh = socket.resolveSibling("io.sock.new");
        Files.deleteIfExists(fresh);
        server.bind(UnixDomainSocketAddress.of(fresh));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, socket);
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
      IoServer started = new IoServer(node, socket, server);
      started.acceptor.start();
      started.linkFromCaches();
      return started;
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot listen at " + socket + ": " + e, e);
    }
  }

  /** So that who knows a cache folder only finds its owner. */
  private void linkFromCaches() throws IOException {
    for (Path folder : node.cacheFolders()) {
      Path link = folder.resolve(IoSocket.NAME);
      if (!link.equals(socket)) {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, socket);
      }
    }
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  private void accept() {
    while (true) {
      try {
        free.acquire();
        SocketChannel channel = server.accept();
        ServedConnection connection = new ServedConnection(node, channel);
        connections.add(connection);
        connection.start(
            () -> {
              connections.remove(connection);
              free.release();
            });
      } catch (ClosedChannelException | InterruptedException e) {
        return;
      } catch (IOException e) {
        free.release();
        LOG.log(System.Logger.Level.WARNING, "Cannot accept at {0}: {1}", socket, e);
      }
    }
  }

  /** Stops listening, gives up what is under way and hangs up. */
  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(socket);
      for (Path folder : node.cacheFolders()) {
        Files.deleteIfExists(folder.resolve(IoSocket.NAME));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot remove {0}: {1}", socket, e);
    }
    acceptor.interrupt();
    try {
      acceptor.join();
      for (ServedConnection connection : connections) {
        connection.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
