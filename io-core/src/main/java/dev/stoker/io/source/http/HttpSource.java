package dev.stoker.io.source.http;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.StatusFailure;
import dev.stoker.io.source.Answers;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import dev.stoker.io.source.RangeAnswerCheck;
import dev.stoker.io.source.StreamWindow;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A tree on a range server. */
public final class HttpSource implements AssetSource {
  /** An index page has about 150 bytes a file. */
  private static final int MAX_INDEX_BYTES = 64 << 20;

  /** Up to this, one more request costs more than reading a file twice in the rare case. */
  private static final long MAX_AS_READ_BYTES = 1 << 20;

  /**
   * Index pages tell no version, so each file is looked up; so many at once hide the round trips.
   */
  private static final int LOOKUPS_IN_FLIGHT = 64;

  /** Deeper trees are links that lead back into themselves. */
  private static final int MAX_DEPTH = 64;

  private final HttpTransport transport;
  private final HttpUri tree;
  private final HttpOrigin origin;

  public HttpSource(HttpTransport transport, HttpUri tree) {
    this.transport = transport;
    this.tree = tree;
    this.origin = HttpOrigin.parse(tree.origin());
  }

  @Override
  public AssetInfo stat(AssetPath path, Deadline deadline) {
    return info(path, Answers.await(transport.send(call("HEAD", path, ""), deadline)), deadline);
  }

  private AssetInfo info(AssetPath path, HttpAnswer head, Deadline deadline) {
    String doing = "look up " + tree.resolve(path);
    HttpAnswer answer = followed(call("HEAD", path, ""), head, deadline);
    if (answer.status() == 405 || answer.status() == 501) {
      // A server without HEAD: the first byte comes with the same fields.
      HttpCall first = call("GET", path, "").with("Range", "bytes=0-0");
      answer = followed(first, Answers.await(transport.send(first, deadline)), deadline);
    }
    String location = answer.header("Location");
    if (answer.status() / 100 == 3 && location != null && location.endsWith("/")) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is a folder.");
    }
    if (answer.status() != 200 && answer.status() != 206) {
      throw refusal(doing, answer);
    }
    return Answers.info(path, answer.head(), length(answer));
  }

  /** The answer at the end of a row of redirects; one that leads to a folder's slash is kept. */
  private HttpAnswer followed(HttpCall first, HttpAnswer firstAnswer, Deadline deadline) {
    HttpCall call = first;
    HttpAnswer answer = firstAnswer;
    for (int i = 0; i < Redirects.MOST; i++) {
      String location = answer.header("Location");
      if (location != null && location.endsWith("/") && !call.target().endsWith("/")) {
        return answer;
      }
      HttpCall next = Redirects.next(call, answer);
      if (next == null) {
        return answer;
      }
      call = next;
      answer = Answers.await(transport.send(call, deadline));
    }
    return answer;
  }

  private static long length(HttpAnswer answer) {
    String range = answer.header("Content-Range");
    if (answer.status() == 206 && range != null) {
      String total = range.substring(range.indexOf('/') + 1);
      if (!total.isEmpty() && total.length() < 19 && total.chars().allMatch(Character::isDigit)) {
        return Long.parseLong(total);
      }
    }
    return answer.head().contentLength();
  }

  @Override
  public void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
    list(folder, deadline, path -> false, each);
  }

  @Override
  public void list(
      AssetPath folder,
      Deadline deadline,
      Predicate<AssetPath> takenWhole,
      Consumer<AssetInfo> each) {
    HttpAnswer page = index(folder, deadline);
    if (page.status() == 404 && !folder.isRoot()) {
      each.accept(stat(folder, deadline));
      return;
    }
    if (page.status() == 404 && !tree.namesTree()) {
      each.accept(stat(AssetPath.ROOT, deadline));
      return;
    }
    list(folder, page, deadline, takenWhole, each, 0);
  }

  /** Names only: an index page tells no versions, and looking all up would cost a request each. */
  @Override
  public void listFolder(AssetPath folder, Deadline deadline, Consumer<FolderItem> each) {
    IndexPage index = page(folder, index(folder, deadline));
    index.folders().forEach(name -> each.accept(new FolderItem(name, true, null)));
    index.files().forEach(file -> each.accept(new FolderItem(file.name(), false, null)));
  }

  private HttpAnswer index(AssetPath folder, Deadline deadline) {
    HttpCall call = call("GET", folder, "/").withMaxAnswerBytes(MAX_INDEX_BYTES);
    return followed(call, Answers.await(transport.send(call, deadline)), deadline);
  }

  private void list(
      AssetPath folder,
      HttpAnswer page,
      Deadline deadline,
      Predicate<AssetPath> takenWhole,
      Consumer<AssetInfo> each,
      int depth) {
    if (depth > MAX_DEPTH) {
      throw new IoFailure.Invalid(
          "Cannot list "
              + tree.resolve(folder)
              + "/: it lies more than "
              + MAX_DEPTH
              + " folders deep.");
    }
    IndexPage index = page(folder, page);
    List<AssetPath> lookedUp = new ArrayList<>();
    for (IndexPage.File file : index.files()) {
      AssetPath path = folder.resolve(new AssetPath(file.name()));
      long length = file.lengthBytes();
      if (length >= 1 && length <= MAX_AS_READ_BYTES && takenWhole.test(path)) {
        each.accept(
            new AssetInfo(path, new AssetVersion.AsRead(length), length, Instant.EPOCH, null));
      } else {
        lookedUp.add(path);
      }
    }
    lookUp(lookedUp, deadline, each);
    for (String name : index.folders()) {
      AssetPath child = folder.resolve(new AssetPath(name));
      list(child, index(child, deadline), deadline, takenWhole, each, depth + 1);
    }
  }

  private IndexPage page(AssetPath folder, HttpAnswer page) {
    String doing = "list " + tree.resolve(folder) + "/";
    if (page.status() != 200) {
      throw refusal(doing, page);
    }
    String type = page.header("Content-Type");
    if (type == null || !type.startsWith("text/html")) {
      throw new IoFailure.Invalid(
          "Cannot " + doing + ": the server shows no index page; switch its autoindex on.");
    }
    return IndexPage.parse(page.text());
  }

  private void lookUp(List<AssetPath> paths, Deadline deadline, Consumer<AssetInfo> each) {
    record LookUp(AssetPath path, CompletableFuture<HttpAnswer> answer) {}
    ArrayDeque<LookUp> inFlight = new ArrayDeque<>(LOOKUPS_IN_FLIGHT);
    var next = paths.iterator();
    while (next.hasNext() || !inFlight.isEmpty()) {
      while (next.hasNext() && inFlight.size() < LOOKUPS_IN_FLIGHT) {
        AssetPath path = next.next();
        inFlight.add(new LookUp(path, transport.send(call("HEAD", path, ""), deadline)));
      }
      LookUp oldest = inFlight.remove();
      each.accept(info(oldest.path, Answers.await(oldest.answer), deadline));
    }
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
    RangeAnswerCheck check =
        new RangeAnswerCheck(
            pinned, range, doing, arrivals, !origin.secure(), answer -> refusal(doing, answer));
    return new RedirectedRead(transport, into, check, deadline)
        .send(
            RangeAnswerCheck.conditional(call("GET", pinned.path(), ""), pinned, range),
            Redirects.MOST);
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

  private HttpCall call(String method, AssetPath path, String suffix) {
    AssetPath whole = tree.path().resolve(path);
    String slash = path.isRoot() && tree.namesTree() && suffix.isEmpty() ? "/" : suffix;
    String target =
        (whole.isRoot() ? "/" : "/" + Percent.encodePath(whole.value()) + slash)
            + (tree.query() == null ? "" : "?" + tree.query());
    return HttpCall.of(method, origin, target);
  }

  private IoFailure refusal(String doing, HttpAnswer answer) {
    return StatusFailure.of(doing, answer, "the server answered " + answer.status());
  }
}
