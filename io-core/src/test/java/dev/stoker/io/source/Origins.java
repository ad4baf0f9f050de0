package dev.stoker.io.source;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What tests of sources share. */
final class Origins {
  private Origins() {}

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  static Map<String, AssetInfo> list(AssetSource source, String folder) {
    TreeMap<String, AssetInfo> found = new TreeMap<>();
    source.list(AssetPath.of(folder), soon(), info -> found.put(info.path().value(), info));
    return found;
  }

  static byte[] readAll(AssetSource source, AssetInfo info) throws Exception {
    ByteBuffer into = ByteBuffer.allocateDirect((int) info.lengthBytes());
    source.read(info, info.wholeRange(), into, soon()).get(15, TimeUnit.SECONDS);
    byte[] got = new byte[into.flip().remaining()];
    into.get(got);
    return got;
  }
}
