package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.blob.BlobAccount;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.sync.TreePush;
import dev.stoker.io.testing.AzuriteServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A real Blob service with what writes to it. */
public final class BlobFixture implements AutoCloseable {
  public final AzuriteServer azurite;
  public final HttpTransport transport;
  public final BlobAccounts accounts;
  public final BlobWriter writer;

  private BlobFixture(AzuriteServer azurite) {
    this.azurite = azurite;
    this.transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    this.accounts =
        new BlobAccounts(BlobSettings.fromEnvironment(azurite.environment()), transport);
    this.writer = new BlobWriter(accounts, new Random());
  }

  public static BlobFixture start() {
    return new BlobFixture(AzuriteServer.start());
  }

  public TreePush push() {
    return new TreePush(accounts);
  }

  /** A container of its own for one test. */
  public BlobUri newContainer(String name) {
    BlobUri container = (BlobUri) AssetUri.parse(azurite.uri(name));
    writer.createContainer(container, soon());
    return container;
  }

  /** All visible names, in order. */
  public List<String> names(BlobUri container) {
    List<String> names = new ArrayList<>();
    writer.list(container, "", soon(), blob -> names.add(blob.name()));
    return names;
  }

  public byte[] content(BlobUri blob) {
    BlobAccount account = accounts.accountOf(blob);
    HttpCall call = account.call("GET", blob.container(), blob.path(), "");
    return account.send(call.withMaxAnswerBytes(1 << 30), soon()).join().body();
  }

  public static AssetPath path(String path) {
    return AssetPath.of(path);
  }

  public static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  @Override
  public void close() {
    transport.close();
    azurite.close();
  }
}
