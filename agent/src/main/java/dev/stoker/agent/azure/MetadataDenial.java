package dev.stoker.agent.azure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a job's user from the addresses where any process gets the machine's identity
 * (169.254.169.254) and its provisioning secrets (168.63.129.16): a routing rule for that user
 * alone (ip-rule(8), {@code uidrange}), which needs no packet filter. Needs root. The rules stay
 * when the agent dies, as renderers do; making them again changes nothing.
 */
public final class MetadataDenial {
  private static final List<String> ADDRESSES = List.of("169.254.169.254", "168.63.129.16");

  /** Before the main table (32766) and behind the local one (0). */
  private static final String PREFERENCE = "7420";

  private static final long PATIENCE_SECONDS = 5;

  private MetadataDenial() {}

  /** Whether the users with these numbers cannot reach them now. */
  public static boolean deny(int firstUid, int lastUid) throws InterruptedException {
    for (String address : ADDRESSES) {
      String[] rule = {
        "uidrange", firstUid + "-" + lastUid, "to", address + "/32", "prohibit", "pref", PREFERENCE
      };
      if (!ip("add", rule)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the rules of {@link #deny} back. */
  public static void allow(int firstUid, int lastUid) throws InterruptedException {
    for (String address : ADDRESSES) {
      ip(
          "del",
          "uidrange",
          firstUid + "-" + lastUid,
          "to",
          address + "/32",
          "prohibit",
          "pref",
          PREFERENCE);
    }
  }

  private static boolean ip(String verb, String... rule) throws InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("ip", "rule", verb));
    command.addAll(List.of(rule));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      // An earlier agent's rule is as good: "RTNETLINK answers: File exists".
      return ended && (process.exitValue() == 0 || said.contains("File exists"));
    } catch (IOException e) {
      return false; // no iproute2
    }
  }
}
