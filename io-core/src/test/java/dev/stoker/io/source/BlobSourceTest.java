package dev.stoker.io.source;

import static dev.stoker.io.source.Origins.list;
import static dev.stoker.io.source.Origins.readAll;
import static dev.stoker.io.source.Origins.soon;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobAccount;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.source.blob.OriginCredential;
import dev.stoker.io.testing.AzuriteServer;
import dev.stoker.io.testing.FaultServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BlobSourceTest {
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private AzuriteServer azurite;
  private BlobAccounts accounts;

  @BeforeAll
  void serve() {
    azurite = AzuriteServer.start(List.of("--inMemoryPersistence"));
    accounts = new BlobAccounts(settings(azurite.environment()), transport);
  }

  @AfterAll
  void stop() {
    transport.close();
    azurite.close();
  }

  private static BlobSettings settings(Map<String, String> environment) {
    return BlobSettings.fromEnvironment(environment);
  }

  private BlobUri uri(String container) {
    return (BlobUri) AssetUri.parse(azurite.uri(container));
  }

  private HttpAnswer ask(HttpCall call) {
    HttpAnswer answer = Answers.await(accounts.accountOf(uri("any")).send(call, soon()));
    assertEquals(2, answer.status() / 100, answer.text());
    return answer;
  }

  private void createContainer(String name) {
    ask(account().call("PUT", name, AssetPath.ROOT, "restype=container"));
  }

  private BlobAccount account() {
    return accounts.accountOf(uri("any"));
  }

  private HttpAnswer put(String container, String name, byte[] content, String... metadata) {
    HttpCall call =
        account()
            .call("PUT", container, new AssetPath("placeholder"), "")
            .with("x-ms-blob-type", "BlockBlob")
            .with(new HttpBody(ByteBuffer.wrap(content)));
    call =
        call.withTarget(
            "/devstoreaccount1/" + container + "/" + dev.stoker.io.asset.Percent.encodePath(name));
    for (int i = 0; i < metadata.length; i += 2) {
      call = call.with(metadata[i], metadata[i + 1]);
    }
    return ask(call);
  }

  private AssetSource open(String container) {
    return new Sources(transport, settings(azurite.environment()))
        .open(AssetUri.parse(azurite.uri(container)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aTreeIsListedLookedUpAndRead() throws Exception {
    createContainer("tree");
    byte[] big = new byte[3_000_000];
    new Random(2).nextBytes(big);
    put("tree", "shots/a b&c<é>.exr", big);
    put("tree", "shots/sub/%41.txt", bytes("percent"));
    put("tree", "other", bytes("x"));
    AssetSource source = open("tree/shots");
    Map<String, AssetInfo> all = list(source, "");
    assertEquals(Set.of("a b&c<é>.exr", "sub/%41.txt"), all.keySet());
    AssetInfo listed = all.get("a b&c<é>.exr");
    AssetInfo found = source.stat(listed.path(), soon());
    assertEquals(found.version(), listed.version());
    assertInstanceOf(AssetVersion.ETag.class, found.version());
    assertEquals(3_000_000, found.lengthBytes());
    assertEquals(found.modified(), listed.modified());
    assertArrayEquals(big, readAll(source, listed));
    assertEquals(
        "percent", new String(readAll(source, all.get("sub/%41.txt")), StandardCharsets.UTF_8));
    assertEquals(Set.of("sub/%41.txt"), list(source, "sub").keySet());
    assertEquals(Set.of("sub/%41.txt"), list(source, "sub/%41.txt").keySet());
  }

  @Test
  void aChangedBlobIsNotReadAndAMissingOneIsNamed() {
    createContainer("change");
    put("change", "a", bytes("first"));
    AssetSource source = open("change");
    AssetInfo pinned = source.stat(new AssetPath("a"), soon());
    put("change", "a", bytes("other"));
    ByteBuffer into = ByteBuffer.allocateDirect(5);
    CompletionException changed =
        assertThrows(
            CompletionException.class,
            () -> source.read(pinned, new ByteRange(0, 5), into, soon()).join());
    assertInstanceOf(IoFailure.Changed.class, changed.getCause());
    assertEquals(0, into.position());
    assertEquals(
        "Cannot look up " + azurite.uri("change") + "none: there is no such blob.",
        assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath("none"), soon()))
            .getMessage());
    assertThrows(IoFailure.NotFound.class, () -> list(source, "none"));
  }

  @Test
  void foldersWinMarkersAreNoFilesAndImpossibleNamesAreLeftOut() {
    createContainer("odd");
    put("odd", "a", bytes("shadowed"));
    put("odd", "a-z", bytes("kept"));
    put("odd", "a/b", bytes("kept"));
    put("odd", "marker/", new byte[0]);
    put("odd", "hadoop", new byte[0], "x-ms-meta-hdi_isfolder", "true");
    put("odd", "two//slashes", bytes("no file has that name"));
    put("odd", "x".repeat(300), bytes("longer than NAME_MAX"));
    AssetSource source = open("odd");
    assertEquals(Set.of("a-z", "a/b"), list(source, "").keySet());
    assertEquals(Set.of(), list(source, "marker").keySet());
    assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath("hadoop"), soon()));
  }

  private static Map<String, String> level(AssetSource source, String folder) {
    Map<String, String> found = new TreeMap<>();
    source.listFolder(
        AssetPath.of(folder),
        soon(),
        item -> {
          AssetInfo info = item.info();
          String what = info == null ? "unknown" : info.lengthBytes() + " bytes";
          assertNull(found.put(item.name(), item.folder() ? "folder" : what), item.name());
        });
    return found;
  }

  @Test
  void oneLevelIsListedByTheSameRulesAsTheWhole() {
    createContainer("level");
    put("level", "a", bytes("shadowed"));
    put("level", "a/b", bytes("1"));
    put("level", "a/c/d/e", bytes("12"));
    put("level", "a/c/f", bytes("12"));
    put("level", "marker/", new byte[0]);
    put("level", "hadoop", new byte[0], "x-ms-meta-hdi_isfolder", "true");
    put("level", "two//slashes", bytes("no file has that name"));
    put("level", "z b", bytes("123"));
    AssetSource source = open("level");
    assertEquals(
        Map.of(
            "a", "folder", "marker", "folder", "hadoop", "folder", "two", "folder", "z b",
            "3 bytes"),
        level(source, ""));
    assertEquals(Map.of("b", "1 bytes", "c", "folder"), level(source, "a"));
    assertEquals(Map.of("d", "folder", "f", "2 bytes"), level(source, "a/c"));
    assertEquals(Map.of(), level(source, "marker"));
    assertEquals(Map.of("e", "2 bytes"), level(open("level/a"), "c/d"));
    assertThrows(IoFailure.NotFound.class, () -> level(source, "none"));
    assertThrows(IoFailure.NotFound.class, () -> level(source, "z b"));
  }

  @Test
  void anAccountGivesASignOfLifeWhateverItThinksOfTheContainer() {
    createContainer("alive");
    open("alive").ping(soon());
    open("alive/nothing/there").ping(soon());
    open("no-such-container").ping(soon());
    try (FaultServer broken =
        FaultServer.start((request, peer) -> peer.sendStatus(503, "Retry-After: 0\r\n"))) {
      String account = "blob+http://127.0.0.1:" + broken.port() + "/account/";
      Sources sources = new Sources(transport, settings(Map.of()));
      for (String tree : List.of("show/", "show/shots/")) {
        AssetSource source = sources.open(AssetUri.parse(account + tree));
        assertThrows(IoFailure.Unavailable.class, () -> source.ping(soon()));
      }
    }
  }

  @Test
  void aListingOfManyPagesIsCompleteAndOneInCirclesEnds() {
    String page =
        """
        <?xml version="1.0" encoding="utf-8"?><EnumerationResults x="a>b"><Blobs><Blob>\
        <Name>%s</Name><Properties><Etag>0x1</Etag><Content-Length>7</Content-Length>\
        <Content-MD5 /></Properties><OrMetadata/></Blob></Blobs>%s</EnumerationResults>""";
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              String target = request.target();
              String body =
                  target.contains("/endless")
                      ? page.formatted("x", "<NextMarker>same</NextMarker>")
                      : target.contains("marker=n%201")
                          ? page.formatted("b&#x26;&lt;", "<NextMarker />")
                          : page.formatted("a", "<NextMarker>n 1</NextMarker>");
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            })) {
      String account = "blob+http://127.0.0.1:" + server.port() + "/account/";
      Sources sources = new Sources(transport, settings(Map.of()));
      Map<String, AssetInfo> all = list(sources.open(AssetUri.parse(account + "pages/")), "");
      assertEquals(Set.of("a", "b&<"), all.keySet());
      assertEquals(new AssetVersion.ETag("\"0x1\""), all.get("a").version());
      assertThrows(
          IoFailure.Corrupt.class,
          () -> list(sources.open(AssetUri.parse(account + "endless/")), ""));
    }
  }

  @Test
  void aSnapshotStaysWhatItWas() throws Exception {
    createContainer("snap");
    put("snap", "a", bytes("before"));
    String snapshot =
        ask(account().call("PUT", "snap", new AssetPath("a"), "comp=snapshot"))
            .header("x-ms-snapshot");
    put("snap", "a", bytes("after!"));
    AssetSource pinned =
        new Sources(transport, settings(azurite.environment()))
            .open(AssetUri.parse(azurite.uri("snap") + "a?snapshot=" + snapshot));
    AssetInfo info = pinned.stat(AssetPath.ROOT, soon());
    assertEquals("before", new String(readAll(pinned, info), StandardCharsets.UTF_8));
  }

  @Test
  void blocksAreUploadedAndCommitted() throws Exception {
    createContainer("blocks");
    byte[] content = new byte[2_500_000];
    new Random(3).nextBytes(content);
    ask(
        account()
            .call("PUT", "blocks", new AssetPath("b"), "comp=block&blockid=MDAw")
            .with(new HttpBody(ByteBuffer.wrap(content, 0, 2_000_000))));
    ask(
        account()
            .call("PUT", "blocks", new AssetPath("b"), "comp=block&blockid=MDAx")
            .with(new HttpBody(ByteBuffer.wrap(content, 2_000_000, 500_000))));
    ask(
        account()
            .call("PUT", "blocks", new AssetPath("b"), "comp=blocklist")
            .with(
                new HttpBody(
                    ByteBuffer.wrap(
                        bytes(
                            "<?xml version=\"1.0\"?><BlockList><Latest>MDAw</Latest>"
                                + "<Latest>MDAx</Latest></BlockList>")))));
    AssetSource source = open("blocks");
    assertArrayEquals(content, readAll(source, source.stat(new AssetPath("b"), soon())));
  }

  @Test
  void aRefusalNamesTheIdentityAndTheRoleButNoSecret() {
    createContainer("closed");
    BlobUri uri = uri("closed");
    for (BlobSettings settings :
        List.of(
            settings(Map.of()),
            settings(
                Map.of(
                    "AZURE_STORAGE_ACCOUNT",
                    AzuriteServer.ACCOUNT,
                    "AZURE_STORAGE_KEY",
                    "d3Jvbmcga2V5")),
            settings(
                Map.of(
                    "AZURE_STORAGE_ACCOUNT",
                    AzuriteServer.ACCOUNT,
                    "AZURE_STORAGE_SAS_TOKEN",
                    "?sv=2020-02-10&sig=topsecret")))) {
      AssetSource source = new Sources(transport, settings).open(uri);
      IoFailure refused = assertThrows(IoFailure.class, () -> list(source, ""));
      // Azurite hides containers from strangers, as Azure does.
      if (refused instanceof IoFailure.Denied) {
        assertTrue(refused.getMessage().contains("Storage Blob Data Reader"), refused.getMessage());
      } else {
        assertInstanceOf(IoFailure.NotFound.class, refused);
      }
      assertFalse(refused.getMessage().contains("topsecret"));
      assertFalse(settings.toString().contains("topsecret"));
    }
  }

  @Test
  void credentialsAreFoundInTheOrderOfTheContract() {
    BlobUri uri = uri("con");
    Map<String, String> all =
        Map.of(
            "AZURE_STORAGE_CONNECTION_STRING",
            azurite.connectionString(),
            "AZURE_STORAGE_ACCOUNT",
            AzuriteServer.ACCOUNT,
            "AZURE_STORAGE_SAS_TOKEN",
            "sig=x");
    assertTrue(identity(settings(all), uri).startsWith("the key of"));
    assertEquals(
        "the shared access signature in its URI",
        identity(settings(all), (BlobUri) AssetUri.parse(azurite.uri("con") + "?sv=1&sig=x")));
    BlobSettings configured =
        new BlobSettings(
            all,
            Map.of(uri.origin(), new OriginCredential.Anonymous()),
            BlobSettings.PUBLIC_CLOUD,
            Map.of(),
            BlobSettings.IMDS);
    assertTrue(identity(configured, uri).startsWith("an anonymous caller"));
    assertEquals(
        "the shared access signature in AZURE_STORAGE_SAS_TOKEN",
        identity(
            settings(
                Map.of(
                    "AZURE_STORAGE_ACCOUNT",
                    AzuriteServer.ACCOUNT,
                    "AZURE_STORAGE_SAS_TOKEN",
                    "sig=x")),
            uri));
    BlobUri elsewhere =
        (BlobUri) AssetUri.parse("blob+http://192.0.2.1:80/" + AzuriteServer.ACCOUNT + "/con/");
    assertTrue(
        identity(
                settings(
                    Map.of(
                        "AZURE_STORAGE_ACCOUNT",
                        AzuriteServer.ACCOUNT,
                        "AZURE_STORAGE_SAS_TOKEN",
                        "sig=x")),
                elsewhere)
            .startsWith("an anonymous caller"));
  }

  private String identity(BlobSettings settings, BlobUri uri) {
    return new BlobAccounts(settings, transport).accountOf(uri).auth().identity();
  }

  @Test
  void aManagedIdentitysTokenGoesOnlyToTheAccountsOwnHost() {
    try (FaultServer imds =
        FaultServer.start(
            (request, peer) -> {
              String body = "{\"access_token\":\"topsecret\",\"expires_in\":\"3600\"}";
              assertEquals("true", request.header("Metadata"));
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            })) {
      BlobSettings settings =
          new BlobSettings(
              Map.of(),
              Map.of(),
              BlobSettings.PUBLIC_CLOUD,
              Map.of(),
              HttpOrigin.parse(imds.url()));
      BlobUri studio = (BlobUri) AssetUri.parse("blob://studio/shots/");
      BlobAccount account = new BlobAccounts(settings, transport).accountOf(studio);
      assertEquals("this machine's managed identity", account.auth().identity());
      HttpCall own = account.call("GET", "shots", new AssetPath("a"), "");
      assertTrue(
          account.auth().authorize(own).headers().stream()
              .anyMatch(header -> header.value().equals("Bearer topsecret")));
      HttpCall foreign = HttpCall.of("GET", HttpOrigin.parse("https://evil.example"), "/x");
      IoFailure refused =
          assertThrows(IoFailure.Denied.class, () -> account.auth().authorize(foreign));
      assertFalse(refused.getMessage().contains("topsecret"));
      assertEquals(1, imds.requests().size());
    }
  }
}
