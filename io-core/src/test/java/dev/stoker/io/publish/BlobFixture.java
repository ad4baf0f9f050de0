package dev.stoker.io.publish;

import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.Percent;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpHeader;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.blob.BlobAccess;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.sync.TreePush;
import dev.stoker.io.testing.AzuriteServer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A real Blob service with what writes to it. */
public final class BlobFixture implements AutoCloseable {
  public final AzuriteServer azurite;
  public final HttpTransport transport;
  public final BlobAccess access;
  public final BlobWriter writer;

  private BlobFixture(AzuriteServer azurite) {
    this.azurite = azurite;
    this.transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    this.access = new SasAccess(sas(azurite));
    this.writer = new BlobWriter(transport, access, new Random());
  }

  public static BlobFixture start() {
    return new BlobFixture(AzuriteServer.start());
  }

  public TreePush push() {
    return new TreePush(transport, access);
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
    HttpCall call = access.request("GET", blob, List.of(), List.of(), HttpBody.NONE, soon());
    return transport.send(call.withMaxAnswerBytes(1 << 30), soon()).join().body();
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

  private static String sas(AzuriteServer azurite) {
    return new BlobServiceClientBuilder()
        .connectionString(azurite.connectionString())
        .buildClient()
        .generateAccountSas(
            new AccountSasSignatureValues(
                OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
                AccountSasPermission.parse("rwdlac"),
                new AccountSasService().setBlobAccess(true),
                new AccountSasResourceType().setContainer(true).setObject(true).setService(true)));
  }

  /** Path-style addresses with one signature for all. */
  record SasAccess(String sas) implements BlobAccess {
    @Override
    public HttpCall request(
        String method,
        BlobUri uri,
        List<String> query,
        List<HttpHeader> headers,
        HttpBody body,
        Deadline deadline) {
      List<String> all = new ArrayList<>(query);
      all.add(sas);
      String path = "/" + uri.account() + "/" + uri.container();
      String blob = uri.path().isRoot() ? "" : "/" + Percent.encodePath(uri.path().value());
      HttpCall call =
          HttpCall.of(
                  method,
                  HttpOrigin.parse("http://" + uri.endpoint()),
                  path + blob + "?" + String.join("&", all))
              .with(body)
              .with("x-ms-version", "2025-01-05");
      for (HttpHeader header : headers) {
        call = call.with(header.name(), header.value());
      }
      return call;
    }

    @Override
    public String identity(BlobUri uri) {
      return "a shared access signature";
    }
  }
}
