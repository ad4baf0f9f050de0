package dev.stoker.controller.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DestinationsTest {
  @Test
  void whatOnlyThisMachineCanReachIsNotCalled() {
    var none = new Destinations(Set.of());
    for (String host :
        List.of(
            "127.0.0.1",
            "127.1.2.3",
            "localhost",
            "[::1]",
            "0.0.0.0",
            "0.1.2.3",
            "[::]",
            "169.254.169.254",
            "[fe80::1]",
            "168.63.129.16",
            "224.0.0.1",
            "[::ffff:127.0.0.1]",
            "[::ffff:169.254.169.254]",
            "2130706433", // 127.0.0.1 as one number
            "0x7f.1")) {
      assertThrows(java.io.IOException.class, () -> none.of(host), host);
    }
  }

  @Test
  void whatTheConfigurationNamesIsCalledAndTheStudiosNetworkIs() throws Exception {
    assertEquals(
        "127.0.0.1", new Destinations(Set.of("LOCALHOST")).of("localhost").getHostAddress());
    var loopback = new Destinations(Set.of("127.0.0.1"));
    assertEquals("127.0.0.1", loopback.of("127.0.0.1").getHostAddress());
    assertThrows(Destinations.Forbidden.class, () -> loopback.of("127.0.0.2"));
    assertTrue(new Destinations(Set.of()).of("10.1.2.3").isSiteLocalAddress());
  }
}
