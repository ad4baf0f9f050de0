package dev.stoker.io.source.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.testing.FaultServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RedirectTest {
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private final byte[] content = new byte[200_000];

  @AfterEach
  void stop() {
    transport.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private HttpSource source(String uri) {
    return new HttpSource(transport, (HttpUri) AssetUri.parse(uri));
  }

  @Test
  void aFileThatLiesElsewhereIsReadThereWithoutTheSignatureOfItsFirstAddress() throws Exception {
    new Random(1).nextBytes(content);
    try (FaultServer store =
            FaultServer.start((request, peer) -> peer.sendRange(request, content, "\"1\""));
        FaultServer front =
            FaultServer.start(
                (request, peer) ->
                    peer.sendStatus(
                        request.target().startsWith("/moved") ? 302 : 307,
                        "Location: "
                            + (request.target().startsWith("/moved")
                                ? "/here?once=more"
                                : store.url() + "/real/a.exr?own=key")
                            + "\r\n"));
        HttpSource source = source(front.url() + "/moved/a.exr?token=secret")) {
      AssetInfo info = source.stat(AssetPath.ROOT, soon());
      assertEquals(content.length, info.lengthBytes());
      ByteBuffer into = ByteBuffer.allocateDirect(100_000);
      source.read(info, new ByteRange(50_000, 100_000), into, soon()).get();
      byte[] got = new byte[100_000];
      into.flip().get(got);
      assertArrayEquals(java.util.Arrays.copyOfRange(content, 50_000, 150_000), got);
      for (FaultServer.Request request : store.requests()) {
        assertEquals("/real/a.exr?own=key", request.target());
        assertFalse(request.head().contains("secret"), request.head());
      }
    }
  }

  @Test
  void redirectsInCirclesEnd() {
    try (FaultServer server =
            FaultServer.start((request, peer) -> peer.sendStatus(302, "Location: /again\r\n"));
        HttpSource source = source(server.url() + "/a")) {
      assertThrows(IoFailure.class, () -> source.stat(AssetPath.ROOT, soon()));
      int asked = server.requests().size();
      assertTrue(asked <= Redirects.MOST + 1, asked + " requests");
    }
  }

  @Test
  void aRedirectToTheMetadataServiceIsRefused() {
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  if (request.method().equals("HEAD")) {
                    peer.sendRange(request, content, "\"1\"");
                  } else {
                    peer.sendStatus(302, "Location: http://169.254.169.254/metadata/identity\r\n");
                  }
                });
        HttpSource source = source(server.url() + "/a")) {
      AssetInfo info = source.stat(AssetPath.ROOT, soon());
      ByteBuffer into = ByteBuffer.allocateDirect(10);
      ExecutionException refused =
          assertThrows(
              ExecutionException.class,
              () -> source.read(info, new ByteRange(0, 10), into, soon()).get());
      assertInstanceOf(IoFailure.Denied.class, refused.getCause());
      assertEquals(0, into.position());
    }
  }
}
