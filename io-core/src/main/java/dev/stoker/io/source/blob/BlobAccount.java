package dev.stoker.io.source.blob;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.RangeCheck;
import dev.stoker.io.source.Answers;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One storage account, seen by one identity: makes its requests, signs them and says what its
 * refusals mean. Thread-safe.
 */
public final class BlobAccount {
  /** The newest that Azure and Azurite (with its version check off) both answer. */
  public static final String SERVICE_VERSION = "2026-06-06";

  private final String name;
  private final HttpOrigin origin;
  private final String pathPrefix;
  private final BlobAuth auth;
  private final HttpTransport transport;
  private final @Nullable UploadCap uploads;

  /**
   * @param uploads what is sent waits for, or null where there is no cap
   */
  BlobAccount(
      String name,
      HttpOrigin origin,
      String pathPrefix,
      BlobAuth auth,
      HttpTransport transport,
      @Nullable UploadCap uploads) {
    this.name = name;
    this.origin = origin;
    this.pathPrefix = pathPrefix;
    this.auth = auth;
    this.transport = transport;
    this.uploads = uploads;
  }

  /** As {@link dev.stoker.io.asset.BlobUri#origin()}. */
  public String name() {
    return name;
  }

  /** Who we are here. */
  public BlobAuth auth() {
    return auth;
  }

  /**
   * A request about a blob, not signed yet.
   *
   * @param query without {@code ?}, percent-encoded; empty for none
   */
  public HttpCall call(String method, String container, AssetPath blob, String query) {
    String target =
        pathPrefix
            + "/"
            + container
            + (blob.isRoot() ? "" : "/" + Percent.encodePath(blob.value()))
            + (query.isEmpty() ? "" : "?" + query);
    return HttpCall.of(method, origin, target).with("x-ms-version", SERVICE_VERSION);
  }

  /** A blob's address as the service itself would call it, without a signature. */
  public String address(String container, AssetPath blob) {
    return origin + pathPrefix + "/" + container + "/" + Percent.encodePath(blob.value());
  }

  /**
   * Waits until so many bytes may be sent to the account, where its bandwidth is capped.
   *
   * @throws IoFailure.TimedOut when that is after the deadline
   */
  public void awaitUpload(long bytes, Deadline deadline) {
    if (uploads != null && bytes > 0) {
      uploads.await(bytes, "to " + name, deadline);
    }
  }

  /** Signs and sends; ends with the answer, whatever its status. Never blocks. */
  public CompletableFuture<HttpAnswer> send(HttpCall call, Deadline deadline) {
    return auth.mayBlock()
        ? onceAuthorized(call, ready -> transport.send(ready, deadline))
        : transport.send(auth.authorize(call), deadline);
  }

  /**
   * Signs, sends and puts the answer's body into {@code into}, as {@link HttpTransport#readInto}.
   */
  public CompletableFuture<Void> readInto(
      HttpCall call, ByteBuffer into, RangeCheck check, Deadline deadline) {
    return auth.mayBlock()
        ? onceAuthorized(call, ready -> transport.readInto(ready, into, check, deadline))
        : transport.readInto(auth.authorize(call), into, check, deadline);
  }

  private <T> CompletableFuture<T> onceAuthorized(
      HttpCall call, Function<HttpCall, CompletableFuture<T>> sender) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("stoker-authorize")
        .start(
            () -> {
              try {
                result.complete(Answers.await(sender.apply(auth.authorize(call))));
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  /**
   * What an answer that is no success means.
   *
   * @param doing verb phrase with its object, such as {@code read blob://studio/shots/a.exr}
   * @param role the role that the identity needs for it, such as {@code Storage Blob Data Reader}
   */
  public IoFailure refusal(String doing, HttpAnswer answer, String role) {
    return BlobRefusal.of(doing, answer, auth.identity(), role);
  }
}
