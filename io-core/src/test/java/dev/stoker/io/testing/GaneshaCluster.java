package dev.stoker.io.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * nfs-ganesha on neighbouring loopback addresses, all serving one folder at the same ports: a
 * cluster such as Avere's. Needs root, so it skips the test without; with {@code CI=true} it fails.
 */
public final class GaneshaCluster implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(GaneshaCluster.class.getName());

  private static final int MOST_STARTS = 3;
  private static final long REST_NANOS = 500_000_000;

  private static final Path RPCBIND_SOCKET = Path.of("/run/rpcbind.sock");

  private final Path folder;
  private final Path root;
  private final String network;
  private final int firstHost;
  private final int nfsPort;
  private final int mountPort;
  private final boolean ownHandles;
  private final List<@Nullable ServerProcess> servers = new ArrayList<>();

  private GaneshaCluster(Path folder, Path root, int nfsPort, int mountPort, boolean ownHandles) {
    this.ownHandles = ownHandles;
    this.folder = folder;
    this.root = root;
    this.nfsPort = nfsPort;
    this.mountPort = mountPort;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    this.network = "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + ".";
    this.firstHost = random.nextInt(1, 200);
  }

  /** Serves an empty folder, {@link #root()}, from so many addresses. */
  public static GaneshaCluster start(int servers) {
    return start(servers, false);
  }

  /** The same, but each server has handles of its own for the files that all of them show. */
  public static GaneshaCluster startWithOwnHandles(int servers) {
    return start(servers, true);
  }

  private static GaneshaCluster start(int servers, boolean ownHandles) {
    requireTools();
    startRpcbind();
    Path folder = ServerProcess.newFolder("ganesha");
    try {
      Path root = Files.createDirectory(folder.resolve("export"));
      GaneshaCluster cluster =
          new GaneshaCluster(
              folder, root, ServerProcess.freePort(), ServerProcess.freePort(), ownHandles);
      IntStream.range(0, servers).forEach(i -> cluster.servers.add(null));
      try {
        IntStream.range(0, servers).forEach(cluster::restart);
      } catch (RuntimeException e) {
        cluster.close();
        throw e;
      }
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireTools() {
    boolean usable =
        "root".equals(System.getProperty("user.name"))
            && Files.isExecutable(Path.of("/usr/bin/ganesha.nfsd"));
    if (!usable) {
      MissingNeed.end("root and nfs-ganesha");
    }
  }

  /** Ganesha registers there, by a Unix socket; in a network of its own it opens no port. */
  private static synchronized void startRpcbind() {
    if (rpcbindAnswers()) {
      return;
    }
    try {
      Process started =
          new ProcessBuilder("unshare", "-n", "rpcbind", "-f")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroy, "kill-rpcbind"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < 500 && !rpcbindAnswers(); i++) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static boolean rpcbindAnswers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(RPCBIND_SOCKET));
    } catch (IOException e) {
      return false;
    }
  }

  /** Starts server {@code i} (again); once more where it ends at once, and says what it said. */
  public void restart(int i) {
    ServerProcess old = servers.get(i);
    if (old != null) {
      old.close();
    }
    for (int tries = 1; ; tries++) {
      try {
        servers.set(i, startOne(i));
        return;
      } catch (IllegalStateException ended) {
        if (tries == MOST_STARTS) {
          throw ended;
        }
        LOG.log(System.Logger.Level.WARNING, "Started again: {0}", ended.getMessage());
        LockSupport.parkNanos(REST_NANOS);
      }
    }
  }

  private ServerProcess startOne(int i) {
    try {
      Path own = Files.createDirectory(folder.resolve("server-" + i));
      Path config = own.resolve("ganesha.conf");
      Files.writeString(
          config,
          """
          NFS_CORE_PARAM { Bind_addr = %s; NFS_Port = %d; MNT_Port = %d; Protocols = 3;
            Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = true; }
          NFSV4 { Graceless = true; RecoveryBackend = fs; }
          NFS_KRB5 { Active_krb5 = false; }
          EXPORT_DEFAULTS { Access_Type = RW; Squash = No_Root_Squash; SecType = sys;
            Transports = TCP; Protocols = 3; PrivilegedPort = true; }
          EXPORT { Export_Id = %d; Path = %s; Pseudo = /exp; MaxRead = 1048576; MaxWrite = 1048576;
            PrefRead = 1048576; PrefWrite = 1048576; Attr_Expiration_Time = 0; FSAL { Name = VFS; } }
          LOG { Default_Log_Level = EVENT; }
          """
              .formatted(address(i), nfsPort, mountPort, ownHandles ? i + 1 : 1, root));
      return ServerProcess.start(
          own,
          address(i),
          nfsPort,
          Map.of(),
          List.of(
              "ganesha.nfsd",
              "-F",
              "-f",
              config.toString(),
              "-L",
              "STDERR", // so that one that does not start says why
              "-p",
              own.resolve("ganesha.pid").toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder that is served. */
  public Path root() {
    return root;
  }

  public String address(int i) {
    return network + (firstHost + i);
  }

  public int nfsPort() {
    return nfsPort;
  }

  public int mountPort() {
    return mountPort;
  }

  /** What stands behind the question mark in a URI. */
  public String query() {
    return "nfsport=" + nfsPort + "&mountport=" + mountPort + "&uid=0&gid=0";
  }

  /** {@code nfs://} of the first server, with a path below the export. */
  public String nfs(String path) {
    return nfs(0, path);
  }

  public String nfs(int i, String path) {
    return "nfs://" + address(i) + "/exp/" + path + "?" + query();
  }

  /** {@code avere://} of all servers. */
  public String avere(String path) {
    String range = address(0) + "-" + address(servers.size() - 1);
    return "avere://" + range + "/exp/" + path + "?" + query();
  }

  /** As libnfs writes it. */
  public String libnfs(int i, String path) {
    return "nfs://"
        + address(i)
        + "/exp/"
        + path
        + "?version=3&nfsport="
        + nfsPort
        + "&mountport="
        + mountPort
        + "&uid=0&gid=0";
  }

  /** SIGKILL. */
  public void kill(int i) {
    server(i).killNow();
  }

  /** SIGSTOP: it keeps its connections and says nothing. */
  public void freeze(int i) {
    signal(i, "-STOP");
  }

  public void thaw(int i) {
    signal(i, "-CONT");
  }

  private void signal(int i, String signal) {
    try {
      new ProcessBuilder("kill", signal, "" + server(i).pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServerProcess server(int i) {
    ServerProcess server = servers.get(i);
    if (server == null) {
      throw new IllegalStateException("Server " + i + " was never started.");
    }
    return server;
  }

  @Override
  public void close() {
    for (int i = 0; i < servers.size(); i++) {
      ServerProcess server = servers.get(i);
      if (server != null) {
        if (server.isAlive()) {
          thaw(i);
        }
        server.close();
      }
    }
    ServerProcess.remove(folder);
  }
}
