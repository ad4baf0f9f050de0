package dev.stoker.agent.azure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetadataDenialTest {
  /** Nobody's: other users of this machine notice nothing. */
  private static final int UID = 64_321;

  @Test
  void aJobsUserHasNoWayToTheMetadataAddressesAndOthersHave() throws Exception {
    boolean root = "0".equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
    assertTrue(root || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(root && Files.exists(Path.of("/usr/sbin/ip")), "needs root and iproute2");
    assertTrue(MetadataDenial.deny(UID, UID + 3));
    try {
      assertTrue(MetadataDenial.deny(UID, UID + 3), "again");
      for (String address : new String[] {"169.254.169.254", "168.63.129.16"}) {
        assertEquals("RTNETLINK answers: Permission denied", route(address, UID));
        assertFalse(route(address, UID + 4).contains("Permission denied"));
      }
    } finally {
      MetadataDenial.allow(UID, UID + 3);
    }
    assertFalse(route("169.254.169.254", UID).contains("Permission denied"));
  }

  private static String route(String address, int uid) throws Exception {
    Process ip =
        new ProcessBuilder("ip", "route", "get", address, "uid", "" + uid)
            .redirectErrorStream(true)
            .start();
    return new String(ip.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
        .strip();
  }
}
