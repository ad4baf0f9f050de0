package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.testing.Certificates;
import dev.stoker.io.testing.ConnectProxy;
import dev.stoker.io.testing.NginxServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code HTTPS_PROXY}, {@code NO_PROXY} and {@code SSL_CERT_FILE}, with a real proxy between. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {
  /** Of base64("user:pa:ss"). */
  private static final String AUTHORIZATION = "Basic dXNlcjpwYTpzcw==";

  /** Known to the proxy only. */
  private static final HttpOrigin STUDIO = new HttpOrigin(true, "studio.blob.test", 443);

  private Path folder;
  private NginxServer nginx;

  @BeforeAll
  void serve(@TempDir Path temporary) throws Exception {
    folder = temporary;
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Certificates.selfSigned("studio.blob.test", "DNS:studio.blob.test", certificate, key);
    nginx = NginxServer.startTls(certificate, key);
    Files.writeString(nginx.root().resolve("a"), "alpha");
  }

  @AfterAll
  void stop() {
    nginx.close();
  }

  private ConnectProxy proxy(String authorization) {
    return ConnectProxy.start(URI.create(nginx.url()).getPort(), authorization);
  }

  private HttpTransport transport(String proxy, String direct) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HTTPS_PROXY", proxy);
    environment.put("NO_PROXY", direct);
    environment.put("SSL_CERT_FILE", folder.resolve("cert.pem").toString());
    return new HttpTransport(TransportOptions.fromEnvironment(environment));
  }

  private static HttpAnswer get(HttpTransport transport) throws Exception {
    Deadline deadline = Deadline.after(Duration.ofSeconds(20));
    return transport.send(HttpCall.of("GET", STUDIO, "/a"), deadline).get();
  }

  private static String refusal(HttpTransport transport) {
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> get(transport));
    assertTrue(thrown.getCause() instanceof IoFailure, thrown.toString());
    return String.valueOf(thrown.getCause().getMessage());
  }

  @Test
  void httpsGoesThroughTheProxyWhichSeesTheNameAndNothingElse() throws Exception {
    try (ConnectProxy proxy = proxy(AUTHORIZATION);
        HttpTransport transport =
            transport("http://user:pa:ss@127.0.0.1:" + proxy.port(), "other.test")) {
      assertEquals("alpha", get(transport).text());
      assertEquals("alpha", get(transport).text(), "by the same tunnel");
      assertEquals(1, proxy.asked().size());
      String head = proxy.asked().element();
      assertTrue(head.startsWith("CONNECT studio.blob.test:443 HTTP/1.1\r\n"), head);
      assertFalse(head.contains("/a"), head);
    }
  }

  @Test
  void aProxyThatRefusesIsNamedWithoutItsPassword() {
    try (ConnectProxy proxy = proxy("Basic other");
        HttpTransport transport = transport("http://user:pa:ss@127.0.0.1:" + proxy.port(), "")) {
      String refusal = refusal(transport);
      assertTrue(refusal.contains("through the proxy http://127.0.0.1:" + proxy.port()), refusal);
      assertTrue(refusal.contains("407"), refusal);
      assertFalse(refusal.contains("pa:ss"), refusal);
    }
  }

  @Test
  void namesInNoProxyAreReachedDirectly() {
    try (ConnectProxy proxy = proxy("");
        HttpTransport transport =
            transport("http://127.0.0.1:" + proxy.port(), "example.com, .blob.test")) {
      String refusal = refusal(transport);
      assertTrue(refusal.contains("no address is known for the host studio.blob.test"), refusal);
      assertEquals(0, proxy.asked().size());
    }
  }

  @Test
  void theMetadataServiceAndThisMachineAreNeverReachedThroughAProxy() {
    ProxySettings settings =
        ProxySettings.fromEnvironment(Map.of("HTTPS_PROXY", "http://proxy.test:3128"));
    for (String host :
        new String[] {"169.254.169.254", "168.63.129.16", "127.0.0.1", "localhost"}) {
      assertNull(settings.proxyFor(new HttpOrigin(true, host, 443)), host);
      assertNull(settings.proxyFor(new HttpOrigin(false, host, 80)), host);
    }
    assertEquals(new HttpOrigin(false, "proxy.test", 3128), settings.proxyFor(STUDIO));
  }
}
