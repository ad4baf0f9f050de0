package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.BulkReply;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.net.XdrReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What servers send is taken apart or refused, whatever it is. */
class NfsReplyFuzzTest {
  private static HttpTransport transport;
  private static FolderPages pages;

  @BeforeAll
  static void start() {
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    NfsUri uri = (NfsUri) AssetUri.parse("nfs://127.0.0.1/exp/");
    NfsVolume volume = new NfsVolume(new NfsServers(transport).clusterOf(uri), AssetPath.ROOT);
    pages = new FolderPages(volume, Deadline.after(Duration.ofDays(1)), "fuzz");
  }

  @AfterAll
  static void stop() {
    transport.close();
  }

  @FuzzTest(maxDuration = "5m")
  void noReplyMakesUsReadWhatIsNotThere(byte[] reply) {
    List<Consumer<XdrReader>> decoders =
        List.of(
            NfsAttributes::read,
            NfsAttributes::readOptional,
            NfsAttributes::readAfterChange,
            TransferSizes::read,
            Mounting::exports,
            in -> pages.parse(in, 0, true),
            in -> pages.parse(in, 0, false));
    for (Consumer<XdrReader> decoder : decoders) {
      XdrReader in = new XdrReader(reply);
      try {
        decoder.accept(in);
      } catch (XdrReader.BadXdrException refused) {
        // As it should be.
      }
      assertTrue(in.remaining() >= 0);
    }
    int before = Nfs3.bytesBeforeReadData(reply, 0, reply.length);
    assertTrue(before == BulkReply.NO_DATA || before == 8 || before == 20 || before == 104);
  }
}
