package dev.stoker.io.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.AccountCredentials;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.source.blob.OriginCredential;
import dev.stoker.io.sync.Overwrite;
import dev.stoker.io.sync.PushRequest;
import dev.stoker.io.sync.TreePush;
import dev.stoker.io.testing.AzuriteServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two projects on one node, each with a signature for its own container. */
@Timeout(60)
class ProjectRightsTest {
  @TempDir Path top;

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  @Test
  void aHitIsOnlyForTheProjectThatMayReadTheOrigin() throws Exception {
    try (AzuriteServer azurite = AzuriteServer.start()) {
      String origin = "blob+http://127.0.0.1:" + azurite.port() + "/" + AzuriteServer.ACCOUNT;
      push(azurite, "dune");
      push(azurite, "orca");
      BlobSettings settings =
          new BlobSettings(
              Map.of(),
              new AccountCredentials(
                  Map.of(origin, new OriginCredential.Anonymous()),
                  Map.of(
                      "dune", Map.of(origin, new OriginCredential.Sas(azurite.readingSas("dune"))),
                      "orca",
                          Map.of(origin, new OriginCredential.Sas(azurite.readingSas("orca"))))),
              BlobSettings.PUBLIC_CLOUD,
              Map.of(),
              BlobSettings.IMDS,
              Map.of());
      try (IoNode node =
          IoNode.open(
              new IoSettings(
                  top.resolve("data"),
                  List.of(new CacheSettings.Disk(top.resolve("cache"), 64 << 20)),
                  64 << 20,
                  settings))) {
        assertEquals(1, stage(node, "dune", azurite.uri("dune")).filesDone());
        assertEquals(1, stage(node, "orca", azurite.uri("orca")).filesDone());
        assertEquals(2, node.cache().files());
        assertTrue(
            assertThrows(
                    IoFailure.class,
                    () -> stage(node, "orca", azurite.uri("dune")),
                    "it lies in the cache, and is not orca's")
                instanceof IoFailure.Denied);
        assertThrows(IoFailure.class, () -> stage(node, "", azurite.uri("dune")));
        TransferReport refused =
            node.warm(
                new WarmRequest("orca", List.of(azurite.uri("dune"))), soon(), progress -> {});
        assertEquals(0, refused.filesDone());
        assertEquals(1, refused.failures().size());
        TransferReport warmed =
            node.warm(
                new WarmRequest("dune", List.of(azurite.uri("dune"))), soon(), progress -> {});
        assertEquals(1, warmed.filesDone(), warmed.toString());
        assertEquals(0, warmed.originBytes());
      }
    }
  }

  private StageProgress stage(IoNode node, String project, String uri) throws Exception {
    Path session = Files.createTempDirectory(top, "session");
    String id = session.getFileName().toString();
    try {
      return node.stage(
          new StageRequest(
              id,
              project,
              session.toString(),
              List.of(new StageRequest.Tree("show", uri, List.of()))),
          soon(),
          progress -> {});
    } finally {
      node.unstage(id);
    }
  }

  private void push(AzuriteServer azurite, String container) throws Exception {
    Path folder = Files.createDirectories(top.resolve("from-" + container));
    Files.write(folder.resolve("scene.blend"), new byte[100_000]);
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()))) {
      new TreePush(new BlobAccounts(BlobSettings.fromEnvironment(azurite.environment()), transport))
          .push(
              new PushRequest(
                  folder, AssetUri.parse(azurite.uri(container)), Overwrite.CHANGED, false, true),
              soon(),
              progress -> {});
    }
  }
}
