package dev.stoker.io.source.blob;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpDate;
import dev.stoker.io.source.Answers;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import dev.stoker.io.source.RangeAnswerCheck;
import dev.stoker.io.source.StreamWindow;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tree of blobs.
 *
 * <p>Why plain REST and not the Azure SDK: listing 442 blobs and reading them again must cost less
 * than 100 ms (figure B8), which is less than the SDK takes to load; and its answers go through
 * three object models where this reads a page in one pass. Both ask the same service the same way.
 */
public final class BlobSource implements AssetSource {
  private static final String READER = "Storage Blob Data Reader";

  /** A page of 5,000 blobs with long names and their properties has about 5 MB. */
  private static final int MAX_PAGE_BYTES = 64 << 20;

  private final BlobAccount account;
  private final BlobUri tree;

  public BlobSource(BlobAccount account, BlobUri tree) {
    this.account = account;
    this.tree = tree;
  }

  @Override
  public AssetInfo stat(AssetPath path, Deadline deadline) {
    AssetPath blob = tree.path().resolve(path);
    String doing = "look up " + tree.resolve(path);
    if (blob.isRoot()) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is a container, not a blob.");
    }
    HttpAnswer answer = Answers.await(account.send(call("HEAD", blob), deadline));
    if (answer.status() != 200) {
      throw account.refusal(doing, answer, READER);
    }
    if ("true".equalsIgnoreCase(answer.header("x-ms-meta-hdi_isfolder"))
        || "directory".equals(answer.header("x-ms-resource-type"))) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is a folder.");
    }
    if ("Archive".equals(answer.header("x-ms-access-tier"))) {
      throw BlobRefusal.archived(doing);
    }
    long length = answer.head().contentLength();
    if (length < 0) {
      throw new IoFailure.Corrupt("Cannot " + doing + ": the answer does not tell its length.");
    }
    String modified = answer.header("Last-Modified");
    return new AssetInfo(
        path,
        Answers.version(answer.head(), length),
        length,
        instant(modified == null ? "" : modified),
        answer.header("Content-MD5"));
  }

  /** A container has properties, and a blob need not be there to be answered for. */
  @Override
  public void ping(Deadline deadline) {
    if (!tree.path().isRoot()) {
      AssetSource.super.ping(deadline);
      return;
    }
    HttpCall call = account.call("HEAD", tree.container(), AssetPath.ROOT, "restype=container");
    HttpAnswer answer = Answers.await(account.send(call, deadline));
    if (answer.status() >= 500 || answer.status() == 429) {
      throw account.refusal("look at " + tree, answer, READER);
    }
  }

  @Override
  public void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
    AssetPath below = tree.path().resolve(folder);
    String prefix = below.isRoot() ? "" : below.value() + "/";
    int treeLength = tree.path().isRoot() ? 0 : tree.path().value().length() + 1;
    FolderRules rules = new FolderRules(item -> each.accept(info(item, treeLength)), this::tell);
    boolean found = false;
    String marker = "";
    do {
      ListingPage page = page(prefix, "", marker, deadline);
      for (BlobItem item : page.items()) {
        found = true;
        rules.add(item);
      }
      if (page.nextMarker().equals(marker) && !marker.isEmpty()) {
        throw new IoFailure.Corrupt("Cannot list " + tree + ": the listing goes round in circles.");
      }
      marker = page.nextMarker();
    } while (!marker.isEmpty());
    rules.end();
    if (!found && !below.isRoot()) {
      each.accept(stat(folder, deadline));
    }
  }

  /** Not by a logger in a field: the first one of a process costs a tenth of a command's start. */
  private void tell(String oddity) {
    System.getLogger(BlobSource.class.getName())
        .log(System.Logger.Level.WARNING, "In " + tree + ": " + oddity);
  }

  @Override
  public void listFolder(AssetPath folder, Deadline deadline, Consumer<FolderItem> each) {
    AssetPath below = tree.path().resolve(folder);
    String prefix = below.isRoot() ? "" : below.value() + "/";
    int treeLength = tree.path().isRoot() ? 0 : tree.path().value().length() + 1;
    OneLevel level = new OneLevel(prefix, this::tell);
    String marker = "";
    do {
      ListingPage page = page(prefix, "&delimiter=%2F", marker, deadline);
      page.items().forEach(level::add);
      if (page.nextMarker().equals(marker) && !marker.isEmpty()) {
        throw new IoFailure.Corrupt("Cannot list " + tree + ": the listing goes round in circles.");
      }
      marker = page.nextMarker();
    } while (!marker.isEmpty());
    if (level.isNothing() && !below.isRoot()) {
      throw new IoFailure.NotFound(
          "Cannot list " + tree.resolve(folder) + "/: there is no such folder.");
    }
    level.folders().forEach(name -> each.accept(new FolderItem(name, true, null)));
    level
        .files()
        .forEach((name, item) -> each.accept(new FolderItem(name, false, info(item, treeLength))));
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline) {
    return read(pinned, range, into, deadline, bytes -> {});
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline, Arrivals arrivals) {
    if (range.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    String doing = "read " + tree.resolve(pinned.path());
    HttpCall call =
        RangeAnswerCheck.conditional(
            call("GET", tree.path().resolve(pinned.path())), pinned, range);
    return account.readInto(
        call,
        into,
        new RangeAnswerCheck(
            pinned,
            range,
            doing,
            arrivals,
            !call.origin().secure(),
            answer -> account.refusal(doing, answer, READER)),
        deadline);
  }

  @Override
  public StreamWindow window() {
    return StreamWindow.IN_A_ROW;
  }

  @Override
  public String origin() {
    return tree.origin();
  }

  @Override
  public void close() {}

  private HttpCall call(String method, AssetPath blob) {
    String pin = tree.pin();
    return account.call(method, tree.container(), blob, pin == null ? "" : pin);
  }

  private ListingPage page(String prefix, String level, String marker, Deadline deadline) {
    String query =
        "restype=container&comp=list&include=metadata&maxresults=5000"
            + level
            + (prefix.isEmpty() ? "" : "&prefix=" + encode(prefix))
            + (marker.isEmpty() ? "" : "&marker=" + encode(marker));
    HttpCall call =
        account
            .call("GET", tree.container(), AssetPath.ROOT, query)
            .withMaxAnswerBytes(MAX_PAGE_BYTES);
    HttpAnswer answer = Answers.await(account.send(call, deadline));
    if (answer.status() != 200) {
      throw account.refusal("list " + tree, answer, READER);
    }
    return ListingPage.parse(answer.body());
  }

  private AssetInfo info(BlobItem item, int treeLength) {
    AssetVersion version = new AssetVersion.ETag(item.etag());
    return new AssetInfo(
        new AssetPath(item.name().substring(treeLength)),
        version,
        item.lengthBytes(),
        instant(item.lastModified()),
        item.contentMd5());
  }

  private static Instant instant(String httpDate) {
    @Nullable Instant instant = HttpDate.parse(httpDate);
    return instant == null ? Instant.EPOCH : instant;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
