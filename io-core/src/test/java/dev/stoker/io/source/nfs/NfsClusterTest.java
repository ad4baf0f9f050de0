package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import dev.stoker.io.testing.GaneshaCluster;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which addresses are used, and as whom. */
@Timeout(120)
class NfsClusterTest {
  private static final int LENGTH = 6_000_000;

  private final byte[] content = new byte[LENGTH];
  private HttpTransport transport;

  @BeforeEach
  void start() {
    new Random(4).nextBytes(content);
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private NfsServers servers(NfsOptions options) {
    return new NfsServers(transport.rpc(), options, (origin, bytes, what, deadline) -> {});
  }

  private static NfsUri uri(String text) {
    return (NfsUri) AssetUri.parse(text);
  }

  private byte[] read(NfsSource source) throws Exception {
    AssetInfo info = source.stat(new AssetPath("f"), soon());
    ByteBuffer into = ByteBuffer.allocateDirect((int) info.lengthBytes());
    source.read(info, info.wholeRange(), into, soon()).get(40, TimeUnit.SECONDS);
    byte[] got = new byte[(int) info.lengthBytes()];
    into.flip().get(got);
    return got;
  }

  @Test
  void allAddressesServeOneFileAlsoWhereTheirHandlesDiffer() throws Exception {
    for (boolean ownHandles : new boolean[] {false, true}) {
      try (GaneshaCluster cluster =
          ownHandles ? GaneshaCluster.startWithOwnHandles(2) : GaneshaCluster.start(2)) {
        Files.write(cluster.root().resolve("f"), content);
        NfsServers servers = servers(NfsOptions.defaults());
        NfsUri uri = uri(cluster.avere(""));
        NfsSource source = new NfsSource(servers, uri);
        assertArrayEquals(content, read(source));
        NfsVolume volume = servers.clusterOf(uri).volumeOf(uri.path(), soon());
        long end = System.nanoTime() + 20_000_000_000L;
        while (volume.branches().size() < 2 && System.nanoTime() < end) {
          volume.pick(null); // starts the upkeep that mounts the other address
          Thread.onSpinWait();
        }
        List<Branch> branches = volume.branches();
        assertEquals(2, branches.size());
        assertEquals(!ownHandles, branches.get(0).root().equals(branches.get(1).root()));
        for (int i = 0; i < 20; i++) {
          assertArrayEquals(content, read(source));
        }
        for (Branch branch : branches) {
          assertTrue(
              branch.peer().answeredBytes() > 20L * LENGTH / 4,
              branch.name() + " gave only " + branch.peer().answeredBytes());
        }
      }
    }
  }

  @Test
  void aNameIsLookedUpAgainAndNewAddressesAreUsed() throws Exception {
    try (GaneshaCluster cluster = GaneshaCluster.start(2)) {
      Files.write(cluster.root().resolve("f"), content);
      AtomicReference<List<InetAddress>> dns =
          new AtomicReference<>(List.of(InetAddress.ofLiteral(cluster.address(0))));
      NfsServers servers =
          servers(
              NfsOptions.defaults().withResolver(authority -> dns.get(), Duration.ofMillis(100)));
      String text = "avere://vfxt.studio.example/exp/?" + cluster.query();
      NfsSource source = new NfsSource(servers, uri(text));
      assertArrayEquals(content, read(source));
      dns.set(List.of(InetAddress.ofLiteral(cluster.address(1))));
      cluster.kill(0);
      assertArrayEquals(content, read(source));
    }
  }

  @Test
  void whoCallsIsWhomTheUriNames() throws Exception {
    try (GaneshaCluster cluster = GaneshaCluster.start(1)) {
      Path file = Files.write(cluster.root().resolve("f"), content);
      Files.setPosixFilePermissions(cluster.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      Files.setAttribute(file, "unix:gid", 4242);
      String plain = cluster.nfs("").replace("&uid=0&gid=0", "");
      NfsServers servers = servers(NfsOptions.defaults());
      assertArrayEquals(content, read(new NfsSource(servers, uri(plain + "&uid=1000&gid=4242"))));
      assertArrayEquals(
          content, read(new NfsSource(servers, uri(plain + "&uid=1000&gid=1000&groups=7,4242"))));
      NfsSource stranger = new NfsSource(servers, uri(plain + "&uid=1000&gid=1000"));
      Exception refused = assertThrows(Exception.class, () -> read(stranger));
      assertEquals(IoFailure.Denied.class, refused.getCause().getClass(), refused.toString());
    }
  }

  @Test
  void portsThatTheUriDoesNotNameAreAskedOfThePortmapper() throws Exception {
    try (GaneshaCluster cluster = GaneshaCluster.start(1);
        ServerSocket portmapper = new ServerSocket()) {
      portmapper.setReuseAddress(true);
      portmapper.bind(new InetSocketAddress(InetAddress.ofLiteral(cluster.address(0)), 111));
      Thread.ofVirtual().start(() -> answer(portmapper, cluster));
      Files.write(cluster.root().resolve("f"), content);
      NfsUri uri = uri("nfs://" + cluster.address(0) + "/exp/?uid=0&gid=0");
      assertArrayEquals(content, read(new NfsSource(servers(NfsOptions.defaults()), uri)));
    }
  }

  /** GETPORT alone, as RFC 1833 has it. */
  private static void answer(ServerSocket portmapper, GaneshaCluster cluster) {
    try {
      while (true) {
        Socket socket = portmapper.accept();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] call = in.readNBytes(in.readInt() & 0x7fff_ffff);
        XdrReader arguments = new XdrReader(call, call.length - 16, call.length);
        int port =
            arguments.getInt() == Nfs3.NULL.program() ? cluster.nfsPort() : cluster.mountPort();
        byte[] reply =
            new XdrWriter()
                .putInt(new XdrReader(call).getInt())
                .putInt(1)
                .putInt(0)
                .putLong(0)
                .putInt(0)
                .putInt(port)
                .toBytes();
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(0x8000_0000 | reply.length);
        out.write(reply);
        out.flush();
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }
}
