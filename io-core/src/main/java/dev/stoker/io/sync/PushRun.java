package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.sync.PushSummary.Note;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One push: a virtual thread a file, so many at a time; the caller's thread hands out and reports.
 */
final class PushRun {
  /**
   * Small files wait for one answer each. 32 of them hide 30 ms at 1,000 files a second, and stay
   * below what a throttled account refuses.
   */
  private static final int FILES_AT_A_TIME = 32;

  private static final long REPORT_EVERY_MILLIS = 500;

  /** After so many, a person wants to look rather than to wait. */
  private static final int MAX_FAILURES = 100;

  private final PushRequest request;
  private final PushTarget target;
  private final Map<AssetPath, Existing> existing;
  private final List<LocalFile> files;
  private final Deadline deadline;
  private final Semaphore turns = new Semaphore(FILES_AT_A_TIME);
  private final LongAdder filesSent = new LongAdder();
  private final LongAdder bytesOfFilesSent = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder filesUnchanged = new LongAdder();
  private final LongAdder bytesUnchanged = new LongAdder();
  private final LongAdder filesKept = new LongAdder();
  private final LongAdder filesDone = new LongAdder();
  private final LongAdder bytesDone = new LongAdder();
  private final ConcurrentLinkedQueue<String> missing = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> different = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Note> failures = new ConcurrentLinkedQueue<>();
  private final LongAdder failureCount = new LongAdder();
  private volatile boolean stopping;

  /**
   * @param existing what the destination holds; read only
   */
  PushRun(
      PushRequest request,
      PushTarget target,
      Map<AssetPath, Existing> existing,
      List<LocalFile> files,
      Deadline deadline) {
    this.request = request;
    this.target = target;
    this.existing = existing;
    this.files = files;
    this.deadline = deadline;
  }

  PushSummary run(List<Note> skipped, Consumer<PushProgress> progress, long startNanos) {
    long totalBytes = files.stream().mapToLong(LocalFile::lengthBytes).sum();
    Reporter reporter = new Reporter(progress, totalBytes);
    int started = 0;
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("push-file-", 0).factory())) {
      for (; started < files.size() && !stopping; started++) {
        LocalFile file = files.get(started);
        reporter.awaitTurns(1);
        threads.execute(() -> pushAndCount(file));
      }
      reporter.awaitTurns(FILES_AT_A_TIME);
    }
    if (started < files.size()) {
      failures.add(
          new Note(
              request.source().toString(),
              (files.size() - started) + " files were not tried after these failures"));
    }
    reporter.report();
    return summary(skipped, startNanos);
  }

  private void pushAndCount(LocalFile file) {
    LongAdder partsOfThis = new LongAdder();
    try {
      push(file, partsOfThis);
    } catch (IoFailure e) {
      failed(file, e);
    } finally {
      bytesDone.add(file.lengthBytes() - partsOfThis.sum());
      filesDone.increment();
      turns.release();
    }
  }

  private void push(LocalFile file, LongAdder partsOfThis) {
    Existing there = existing.get(file.path());
    if (request.verifyOnly()) {
      compare(file, there);
    } else if (there == null) {
      write(file, partsOfThis, request.overwrite() != Overwrite.NEVER);
    } else {
      switch (request.overwrite()) {
        case NEVER -> filesKept.increment();
        case ALWAYS -> write(file, partsOfThis, true);
        case CHANGED -> {
          if (isUnchanged(file, there)) {
            countUnchanged(file);
          } else {
            write(file, partsOfThis, true);
          }
        }
      }
    }
  }

  private static boolean isUnchanged(LocalFile file, Existing there) {
    return there.lengthBytes() == file.lengthBytes()
        && (there.hasSameTime(file) || ContentHashes.agree(file, there));
  }

  private void write(LocalFile file, LongAdder partsOfThis, boolean mayReplace) {
    try {
      target.write(
          file,
          mayReplace ? new WriteCondition.Anything() : new WriteCondition.Nothing(),
          null,
          deadline,
          bytes -> {
            partsOfThis.add(bytes);
            bytesDone.add(bytes);
            bytesSent.add(bytes);
          });
      filesSent.increment();
      bytesOfFilesSent.add(file.lengthBytes());
    } catch (IoFailure.Fenced e) {
      if (mayReplace) {
        throw e;
      }
      filesKept.increment();
    }
  }

  private void compare(LocalFile file, @Nullable Existing there) {
    if (there == null) {
      missing.add(file.path().value());
    } else if (there.lengthBytes() == file.lengthBytes()
        && (there.contentMd5() == null
            ? target.holdsBytesOf(file, there, deadline)
            : ContentHashes.md5Agrees(file, there))) {
      countUnchanged(file);
    } else {
      different.add(file.path().value());
    }
  }

  private void countUnchanged(LocalFile file) {
    filesUnchanged.increment();
    bytesUnchanged.add(file.lengthBytes());
  }

  private void failed(LocalFile file, IoFailure e) {
    failures.add(new Note(file.file().toString(), String.valueOf(e.getMessage())));
    failureCount.increment();
    boolean othersWillToo =
        switch (e) {
          case IoFailure.Denied denied -> true;
          case IoFailure.TimedOut late -> true;
          case IoFailure.Canceled canceled -> true;
          default -> false;
        };
    if (othersWillToo || failureCount.sum() >= MAX_FAILURES) {
      stopping = true;
    }
  }

  private PushSummary summary(List<Note> skipped, long startNanos) {
    return new PushSummary(
        filesSent.sum(),
        bytesOfFilesSent.sum(),
        filesUnchanged.sum(),
        bytesUnchanged.sum(),
        filesKept.sum(),
        missing.stream().sorted().toList(),
        different.stream().sorted().toList(),
        skipped,
        List.copyOf(failures),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
  }

  /** Keeps the caller informed while its thread waits. */
  private final class Reporter {
    private final Consumer<PushProgress> progress;
    private final long totalBytes;
    private long lastNanos = System.nanoTime();

    Reporter(Consumer<PushProgress> progress, long totalBytes) {
      this.progress = progress;
      this.totalBytes = totalBytes;
    }

    /** Waits for the end of as many files; each ends by the deadline. */
    void awaitTurns(int count) {
      try {
        while (!turns.tryAcquire(count, REPORT_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          report();
        }
      } catch (InterruptedException e) {
        stopping = true;
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Pushing " + request.source() + " was interrupted.");
      }
      if (System.nanoTime() - lastNanos > TimeUnit.MILLISECONDS.toNanos(REPORT_EVERY_MILLIS)) {
        report();
      }
    }

    void report() {
      lastNanos = System.nanoTime();
      progress.accept(
          new PushProgress(
              filesDone.sum(), files.size(), bytesDone.sum(), totalBytes, bytesSent.sum()));
    }
  }
}
