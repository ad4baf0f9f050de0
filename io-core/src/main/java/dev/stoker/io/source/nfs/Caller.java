package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.RpcCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** As whom we call: as the URI says, else as this process. */
final class Caller {
  private static final int MAX_NAME_BYTES = 255; // RFC 5531, appendix A

  private Caller() {}

  static RpcCredential of(NfsUri.Options options) {
    boolean asProcess = options.uid() == -1;
    int uid = asProcess ? own("unix:uid") : options.uid();
    int gid = options.gid() == -1 ? (asProcess ? own("unix:gid") : uid) : options.gid();
    List<Integer> groups =
        !options.groups().isEmpty() || !asProcess ? options.groups() : ownGroups();
    return RpcCredential.sys(machine(), uid, gid, groups);
  }

  private static int own(String attribute) {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), attribute);
    } catch (IOException | UnsupportedOperationException e) {
      return 65_534; // nobody
    }
  }

  private static List<Integer> ownGroups() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Groups:")) {
          return Arrays.stream(line.substring(7).strip().split("\\s+", -1))
              .filter(word -> !word.isEmpty())
              .map(Integer::parseUnsignedInt)
              .toList();
        }
      }
    } catch (IOException e) {
      // Then we are in none.
    }
    return List.of();
  }

  private static String machine() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.substring(0, Math.min(MAX_NAME_BYTES, name.length()));
    } catch (IOException e) {
      return "stoker";
    }
  }
}
