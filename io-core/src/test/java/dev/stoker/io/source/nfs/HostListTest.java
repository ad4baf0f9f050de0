package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.IoFailure;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostListTest {
  private static String resolved(String authority) {
    return String.join(
        " ", HostList.resolve(authority).stream().map(InetAddress::getHostAddress).toList());
  }

  @Test
  void namesListsAndRangesAreAddressesOnceEach() {
    assertEquals("127.0.0.1", resolved("127.0.0.1,127.0.0.1"));
    assertEquals(
        "10.0.0.254 10.0.0.255 10.0.1.0 10.0.1.1 10.9.9.9",
        resolved("10.0.0.254-10.0.1.1,10.9.9.9"));
    assertTrue(resolved("localhost").contains("127.0.0.1"));
    assertEquals("0:0:0:0:0:0:0:1", resolved("[::1]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.9-10.0.0.1", "10.0.0.1-10.0.9.1", "10.0.0.1-10.0.0", "1-2"})
  void whatIsNoRangeIsRefusedByName(String range) {
    IoFailure thrown = assertThrows(IoFailure.Invalid.class, () -> HostList.resolve(range));
    assertTrue(thrown.getMessage().contains("'" + range + "'"), thrown.getMessage());
  }

  @Test
  void aNameWithoutAddressIsToldByName() {
    IoFailure thrown =
        assertThrows(IoFailure.Unavailable.class, () -> HostList.resolve("no-such-host.invalid"));
    assertTrue(thrown.getMessage().contains("no-such-host.invalid"), thrown.getMessage());
  }
}
