package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.sync.LocalContent;
import dev.stoker.io.sync.PushProgress;
import dev.stoker.io.sync.PushRequest;
import dev.stoker.io.sync.PushSummary;
import dev.stoker.io.sync.TreePush;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Brings what a job reads from outside all locations to the location {@code uploads}: {@code
 * HASH/NAME} there, so that equal content is sent once, whoever submits it. Used by one thread.
 */
final class Uploads {
  /** As many as the controller takes for a job. */
  private static final int MOST_UPLOADS = 10_000;

  private static final int MOST_FILES = 100_000;

  /** Hashing is disk and one core a file; more at a time would only wait for each other. */
  private static final int AT_A_TIME = 8;

  /** A terabyte over 100 Mbit/s. */
  private static final Duration LONGEST = Duration.ofDays(2);

  private final Context context;
  private final long mostBytes;

  Uploads(Context context, long mostBytes) {
    this.context = context;
    this.mostBytes = mostBytes;
  }

  /**
   * One file or folder that was brought there.
   *
   * @param path as it is here
   * @param at {@code HASH/NAME} in the location
   * @param files in it
   * @param lengthBytes in them
   * @param filesSent the ones that were not there already
   * @param bytesSent in them
   */
  record Upload(
      String path, String at, long files, long lengthBytes, long filesSent, long bytesSent) {}

  /**
   * Uploads what is not there yet.
   *
   * @param outside absolute paths; what lies in a folder of them goes with that folder
   * @throws CommandFailure before anything is sent when it is more than may be; afterwards when not
   *     all of it could be sent
   */
  List<Upload> send(List<Jobs.Location> locations, SortedSet<Path> outside) {
    if (outside.isEmpty()) {
      return List.of();
    }
    List<LocalContent> contents = contents(outside);
    Jobs.Location location =
        locations.stream().filter(one -> one.name().equals(Jobs.UPLOADS)).findFirst().orElseThrow();
    AssetUri top = asTree(location.uri());
    context
        .err()
        .printf(
            "Uploading %d files (%s) that lie in no location to %s; what is there already is not sent.%n",
            contents.stream().mapToInt(LocalContent::files).sum(),
            ByteSize.format(lengthBytes(contents)),
            top);
    List<Upload> uploads = send(top, contents);
    context
        .err()
        .printf(
            "Uploaded %d files (%s).%n",
            uploads.stream().mapToLong(Upload::filesSent).sum(),
            ByteSize.format(uploads.stream().mapToLong(Upload::bytesSent).sum()));
    return uploads;
  }

  /** The slash that makes it a tree stands before the query, where there is one. */
  private static AssetUri asTree(String text) {
    AssetUri uri = AssetUri.parse(text);
    return uri.namesTree() ? uri : AssetUri.parse(text.replaceFirst("(?=\\?|$)", "/"));
  }

  private List<LocalContent> contents(SortedSet<Path> outside) {
    List<LocalContent> contents = new ArrayList<>();
    int files = 0;
    for (Path path : outside) {
      if (liesIn(outside, path)) {
        continue;
      }
      if (path.getFileName() == null || contents.size() == MOST_UPLOADS) {
        throw CommandFailure.usage(
            "The job reads %s outside all locations, which is too much to upload; put it into a location."
                .formatted(
                    path.getFileName() == null ? path : "more than " + MOST_UPLOADS + " files"));
      }
      LocalContent content = LocalContent.of(path, MOST_FILES - files);
      if (content.files() == 0) {
        throw CommandFailure.usage(
            "The job reads the folder %s, which lies in no location and holds no file to upload."
                .formatted(path));
      }
      content
          .skipped()
          .forEach(note -> context.err().println("Skipped " + note.path() + ": " + note.message()));
      contents.add(content);
      // One stays, so that the next folder is named in the complaint about it.
      files = Math.min(files + content.files(), MOST_FILES - 1);
    }
    requireFew(contents);
    return contents;
  }

  private static boolean liesIn(SortedSet<Path> folders, Path path) {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (folders.contains(above)) {
        return true;
      }
    }
    return false;
  }

  private void requireFew(List<LocalContent> contents) {
    long bytes = lengthBytes(contents);
    if (bytes <= mostBytes) {
      return;
    }
    LocalContent largest =
        contents.stream().max(Comparator.comparingLong(LocalContent::lengthBytes)).orElseThrow();
    throw CommandFailure.usage(
        "The job reads %s outside all locations, more than the %s that --max-upload allows; the most is in %s (%s); put it into a location, or allow more."
            .formatted(
                ByteSize.format(bytes),
                ByteSize.format(mostBytes),
                largest.source(),
                ByteSize.format(largest.lengthBytes())));
  }

  private static long lengthBytes(List<LocalContent> contents) {
    return contents.stream().mapToLong(LocalContent::lengthBytes).sum();
  }

  private List<Upload> send(AssetUri top, List<LocalContent> contents) {
    Deadline deadline = Deadline.after(LONGEST);
    try (HttpTransport transport =
            new HttpTransport(Engines.transport(context.settings(), context.environment()));
        TransferBar bar = TransferBar.on(context, "Uploaded");
        ExecutorService threads =
            Executors.newFixedThreadPool(
                AT_A_TIME, Thread.ofVirtual().name("upload-", 0).factory())) {
      TreePush push =
          new TreePush(
              new BlobAccounts(Engines.blob(context.settings(), context.environment()), transport));
      Progress progress = new Progress(bar, contents);
      List<Future<Upload>> sent =
          contents.stream()
              .map(content -> threads.submit(() -> send(push, top, content, progress, deadline)))
              .toList();
      try {
        return all(sent);
      } finally {
        // The first that fails ends the others.
        threads.shutdownNow();
      }
    }
  }

  private static List<Upload> all(List<Future<Upload>> sent) {
    List<Upload> uploads = new ArrayList<>();
    try {
      for (Future<Upload> one : sent) {
        uploads.add(one.get());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Uploading was interrupted.");
    }
    return uploads;
  }

  private static Upload send(
      TreePush push, AssetUri top, LocalContent content, Progress progress, Deadline deadline) {
    Path source = content.source();
    String at = content.sha256() + "/" + source.getFileName();
    PushRequest request = PushRequest.of(source, top.resolve(new AssetPath(at)));
    PushSummary summary = push.push(request, deadline, progress.ofOne());
    if (!summary.complete()) {
      PushSummary.Note first = summary.failures().getFirst();
      throw CommandFailure.failed("Cannot upload %s: %s".formatted(first.path(), first.message()));
    }
    // What was sent is what was hashed; otherwise the name would promise other bytes.
    content.requireUnchanged();
    return new Upload(
        source.toString(),
        at,
        content.files(),
        content.lengthBytes(),
        summary.filesSent(),
        summary.bytesSent());
  }

  /** Adds up what the uploads say. Thread-safe. */
  private static final class Progress {
    private final TransferBar bar;
    private final long bytesTotal;
    private final long filesTotal;
    private final LongAdder bytesDone = new LongAdder();
    private final LongAdder filesDone = new LongAdder();

    Progress(TransferBar bar, List<LocalContent> contents) {
      this.bar = bar;
      this.bytesTotal = lengthBytes(contents);
      this.filesTotal = contents.stream().mapToLong(LocalContent::files).sum();
    }

    /** Of one upload, whose reports come one after the other. */
    Consumer<PushProgress> ofOne() {
      PushProgress[] last = {new PushProgress(0, 0, 0, 0, 0)};
      return now -> {
        bytesDone.add(now.bytesDone() - last[0].bytesDone());
        filesDone.add(now.filesDone() - last[0].filesDone());
        last[0] = now;
        synchronized (bar) {
          bar.show(bytesDone.sum(), bytesTotal, filesDone.sum(), filesTotal);
        }
      };
    }
  }
}
