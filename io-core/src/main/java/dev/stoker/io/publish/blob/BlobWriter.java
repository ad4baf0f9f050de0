package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpHeader;
import dev.stoker.io.source.RangeAnswerCheck;
import dev.stoker.io.source.blob.BlobAccount;
import dev.stoker.io.source.blob.BlobAccounts;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes blobs, one request a call, repeated within the deadline while another try may help. All
 * calls block; all may be repeated without harm. Thread-safe.
 */
public final class BlobWriter {
  /** The service's limit (Put Block List). */
  public static final int MAX_BLOCKS = 50_000;

  /** A server that takes a body and says nothing is given up for another try. */
  private static final Duration TRY_TIMEOUT = Duration.ofSeconds(60);

  /** A share of 1 Mbit/s for each request in flight is the slowest link that we wait for. */
  private static final long SLOWEST_BYTES_PER_SECOND = 128 << 10;

  /** A page of a listing: up to 5,000 blobs of under 2 KiB. */
  private static final int MAX_PAGE_BYTES = 64 << 20;

  private static final long COPY_PAUSE_MILLIS = 200;

  private final BlobAccounts accounts;
  private final Retries retries;

  /**
   * @param accounts who signs and sends
   * @param random for the jitter of retries
   */
  public BlobWriter(BlobAccounts accounts, RandomGenerator random) {
    this.accounts = accounts;
    this.retries = new Retries(random);
  }

  /** What the blob is now, or null when there is none. */
  public @Nullable BlobState state(BlobUri uri, Deadline deadline) {
    return retries.until(
        deadline,
        () -> {
          HttpAnswer answer = send("HEAD", uri, List.of(), List.of(), HttpBody.NONE, deadline);
          if (answer.status() == 404 && !BlobRefusals.code(answer).equals("ContainerNotFound")) {
            return null;
          }
          require(answer, 200, "look at", uri);
          return stateOf(uri, answer);
        });
  }

  /**
   * Stores one block where nobody sees it.
   *
   * @param blockId Base64, of equal length for all blocks of a blob
   */
  public void putBlock(BlobUri uri, String blockId, HttpBody body, Deadline deadline) {
    List<String> query = List.of("comp=block", "blockid=" + encoded(blockId));
    write("stage a block of", "PUT", uri, query, List.of(), body, deadline);
  }

  /**
   * Makes the blob of these blocks, in this order, and discards all others. Under a condition, only
   * uncommitted blocks will do; without one, a repetition after a lost answer finds them committed
   * and succeeds.
   *
   * @throws IoFailure.Fenced when the blocks are gone or the condition does not hold; after a lost
   *     answer that may be this very call's own success
   * @return the blob's new ETag
   */
  public String commitBlocks(
      BlobUri uri,
      List<String> blockIds,
      BlobHeaders headers,
      BlobCondition condition,
      Deadline deadline) {
    StringBuilder list = new StringBuilder(64 + blockIds.size() * 96);
    list.append("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    String kind = condition instanceof BlobCondition.Always ? "Latest" : "Uncommitted";
    for (String id : blockIds) {
      list.append('<').append(kind).append('>').append(id);
      list.append("</").append(kind).append('>');
    }
    list.append("</BlockList>");
    HttpBody body = bytes(list.toString());
    return etagOf(
        uri,
        write(
            "publish",
            "PUT",
            uri,
            List.of("comp=blocklist"),
            headers.under(condition),
            body,
            deadline));
  }

  /**
   * Writes a whole blob in one request.
   *
   * @throws IoFailure.Fenced when the condition does not hold; after a lost answer that may be this
   *     very call's own success
   * @return the blob's new ETag
   */
  public String put(
      BlobUri uri, HttpBody body, BlobHeaders headers, BlobCondition condition, Deadline deadline) {
    List<HttpHeader> all = new ArrayList<>(headers.under(condition));
    all.add(new HttpHeader("x-ms-blob-type", "BlockBlob"));
    return etagOf(uri, write("write", "PUT", uri, List.of(), all, body, deadline));
  }

  /** Writes an empty blob that marks a folder, as Hadoop's drivers and blobfuse2 do. */
  public void putFolder(BlobUri uri, Deadline deadline) {
    List<HttpHeader> headers =
        List.of(
            new HttpHeader("x-ms-blob-type", "BlockBlob"),
            new HttpHeader("x-ms-meta-hdi_isfolder", "true"));
    write("mark the folder", "PUT", uri, List.of(), headers, HttpBody.NONE, deadline);
  }

  /**
   * Removes a blob; there being none is no failure.
   *
   * @param etag of the one to remove; null for any
   * @throws IoFailure.Fenced when the blob is another one
   */
  public void delete(BlobUri uri, @Nullable String etag, Deadline deadline) {
    List<HttpHeader> headers = etag == null ? List.of() : List.of(new HttpHeader("If-Match", etag));
    retries.until(
        deadline,
        () -> {
          HttpAnswer answer = send("DELETE", uri, List.of(), headers, HttpBody.NONE, deadline);
          if (answer.status() != 404) {
            require(answer, 202, "delete", uri);
          }
          return true;
        });
  }

  /**
   * Copies a blob of the same account within the service; its headers and metadata go along.
   *
   * @param etag of the one to copy
   * @return the copy's ETag
   * @throws IoFailure.Fenced when the source is another one, or {@code condition} does not hold
   */
  public String copy(
      BlobUri from, String etag, BlobUri to, BlobCondition condition, Deadline deadline) {
    String source = accounts.accountOf(from).address(from.container(), from.path());
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(
        new HttpHeader(
            "x-ms-copy-source", from.sas() == null ? source : source + "?" + from.sas()));
    headers.add(new HttpHeader("x-ms-source-if-match", etag));
    switch (condition) {
      case BlobCondition.Always _ -> {}
      case BlobCondition.Absent _ -> headers.add(new HttpHeader("If-None-Match", "*"));
      case BlobCondition.Unchanged(String there) -> headers.add(new HttpHeader("If-Match", there));
    }
    HttpAnswer answer =
        retries.until(
            deadline,
            () -> {
              HttpAnswer got = send("PUT", to, List.of(), headers, HttpBody.NONE, deadline);
              require(got, 202, "copy " + from + " to", to);
              return got;
            });
    return "success".equals(answer.header("x-ms-copy-status"))
        ? etagOf(to, answer)
        : awaitCopy(to, deadline);
  }

  /** Within one account a copy is there at once, or nearly. */
  private String awaitCopy(BlobUri to, Deadline deadline) {
    while (true) {
      HttpAnswer answer = send("HEAD", to, List.of(), List.of(), HttpBody.NONE, deadline);
      require(answer, 200, "look at", to);
      String status = answer.header("x-ms-copy-status");
      if (!"pending".equals(status)) {
        if (status != null && !status.equals("success")) {
          throw new IoFailure.Unavailable("The service gave up copying to " + to + ".", null);
        }
        return etagOf(to, answer);
      }
      try {
        Thread.sleep(Math.clamp(deadline.remainingMillis(), 1, COPY_PAUSE_MILLIS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Interrupted while waiting for a copy.");
      }
      if (deadline.hasPassed()) {
        throw new IoFailure.TimedOut("The service did not copy to " + to + " in time.");
      }
    }
  }

  private static String etagOf(BlobUri uri, HttpAnswer answer) {
    String etag = answer.header("ETag");
    if (etag == null) {
      throw new IoFailure.Corrupt("The account answered for " + uri + " without an ETag.");
    }
    return etag;
  }

  /** Creates the URI's container where there is none. */
  public void createContainer(BlobUri uri, Deadline deadline) {
    BlobUri container = container(uri);
    retries.until(
        deadline,
        () -> {
          HttpAnswer answer =
              send(
                  "PUT",
                  container,
                  List.of("restype=container"),
                  List.of(),
                  HttpBody.NONE,
                  deadline);
          if (!BlobRefusals.code(answer).equals("ContainerAlreadyExists")) {
            require(answer, 201, "create the container", container);
          }
          return true;
        });
  }

  /**
   * Tells {@code each} of every blob whose name begins with {@code prefix}, with our marks, in the
   * order of names.
   *
   * @param container any URI in the container
   */
  public void list(BlobUri container, String prefix, Deadline deadline, Consumer<ListedBlob> each) {
    BlobUri root = container(container);
    String marker = "";
    do {
      List<String> query = listQuery(prefix, marker);
      BlobListing page =
          retries.until(
              deadline,
              () -> {
                HttpAnswer answer = send("GET", root, query, List.of(), HttpBody.NONE, deadline);
                require(answer, 200, "list", root);
                return BlobListing.read(answer.body(), root);
              });
      page.blobs().forEach(each);
      marker = page.nextMarker();
    } while (!marker.isEmpty());
  }

  /**
   * Reads a range of the blob's pinned version into {@code into}.
   *
   * @param into direct, with as much room as the range is long; its position advances
   * @throws IoFailure.Changed when the blob is another one by now
   */
  public void read(
      BlobUri uri, AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline) {
    BlobAccount account = accounts.accountOf(uri);
    RangeAnswerCheck check =
        new RangeAnswerCheck(
            pinned,
            range,
            "read " + uri,
            bytes -> {},
            false,
            answer -> BlobRefusals.of("read", uri, answer, account));
    HttpCall call =
        RangeAnswerCheck.conditional(
            account.call("GET", uri.container(), uri.path(), ""), pinned, range);
    retries.until(deadline, () -> await(account.readInto(call, into, check, deadline)));
  }

  private static List<String> listQuery(String prefix, String marker) {
    List<String> query = new ArrayList<>();
    query.add("restype=container");
    query.add("comp=list");
    query.add("include=metadata");
    query.add("maxresults=5000");
    if (!prefix.isEmpty()) {
      query.add("prefix=" + encoded(prefix));
    }
    if (!marker.isEmpty()) {
      query.add("marker=" + encoded(marker));
    }
    return query;
  }

  private HttpAnswer write(
      String doing,
      String method,
      BlobUri uri,
      List<String> query,
      List<HttpHeader> headers,
      HttpBody body,
      Deadline deadline) {
    return retries.until(
        deadline,
        () -> {
          HttpAnswer answer = send(method, uri, query, headers, body, deadline);
          require(answer, 201, doing, uri);
          return answer;
        });
  }

  private HttpAnswer send(
      String method,
      BlobUri uri,
      List<String> query,
      List<HttpHeader> headers,
      HttpBody body,
      Deadline deadline) {
    accounts.accountOf(uri).awaitUpload(body.lengthBytes(), deadline);
    Deadline thisTry =
        deadline.orEarlier(
            Deadline.after(TRY_TIMEOUT.plusSeconds(body.lengthBytes() / SLOWEST_BYTES_PER_SECOND)));
    try {
      BlobAccount account = accounts.accountOf(uri);
      HttpCall call =
          account
              .call(method, uri.container(), uri.path(), String.join("&", query))
              .with(body)
              .withMaxAnswerBytes(MAX_PAGE_BYTES);
      for (HttpHeader header : headers) {
        call = call.with(header.name(), header.value());
      }
      return await(account.send(call, thisTry));
    } catch (IoFailure.TimedOut e) {
      if (deadline.hasPassed()) {
        throw e;
      }
      throw new IoFailure.Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  private void require(HttpAnswer answer, int status, String doing, BlobUri uri) {
    if (answer.status() != status) {
      throw BlobRefusals.of(doing, uri, answer, accounts.accountOf(uri));
    }
  }

  private static BlobState stateOf(BlobUri uri, HttpAnswer answer) {
    return new BlobState(
        etagOf(uri, answer),
        answer.head().contentLength(),
        answer.header("Content-MD5"),
        new BlobMarks(
            answer.header("x-ms-meta-" + BlobMarks.FENCE),
            answer.header("x-ms-meta-" + BlobMarks.CHECKSUM),
            answer.header("x-ms-meta-" + BlobMarks.MODIFIED)));
  }

  /** Returns or throws only when the transport has let go of the request's body. */
  private static <T> T await(CompletableFuture<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
          future.cancel(true);
        }
      }
    } catch (ExecutionException e) {
      if (interrupted) {
        throw new IoFailure.Canceled("Interrupted while waiting for an answer.");
      }
      throw e.getCause() instanceof IoFailure failure
          ? failure
          : new IllegalStateException("A request failed unexpectedly.", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static BlobUri container(BlobUri uri) {
    return new BlobUri(
        uri.scheme(),
        uri.endpoint(),
        uri.account(),
        uri.container(),
        AssetPath.ROOT,
        true,
        uri.sas(),
        null);
  }

  private static HttpBody bytes(String text) {
    return new HttpBody(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
