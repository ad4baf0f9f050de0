package dev.stoker.io.source;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.AnswerHead;
import dev.stoker.io.net.HttpDate;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What sources do with answers. */
public final class Answers {
  private Answers() {}

  /**
   * The strongest version that an answer offers: a strong tag, else date and length, else nothing.
   *
   * @param lengthBytes -1 where it is not known
   */
  public static AssetVersion version(AnswerHead head, long lengthBytes) {
    String tag = head.header("ETag");
    if (tag != null && tag.startsWith("\"")) {
      return new AssetVersion.ETag(tag);
    }
    String modified = head.header("Last-Modified");
    return modified == null || lengthBytes < 0
        ? new AssetVersion.Unversioned(lengthBytes)
        : new AssetVersion.Modified(modified, lengthBytes);
  }

  /**
   * What an answer says of the file.
   *
   * @param lengthBytes -1 where it is not known
   */
  public static AssetInfo info(AssetPath path, AnswerHead head, long lengthBytes) {
    String modified = head.header("Last-Modified");
    Instant instant = modified == null ? null : HttpDate.parse(modified);
    return new AssetInfo(
        path,
        version(head, lengthBytes),
        Math.max(0, lengthBytes),
        instant == null ? Instant.EPOCH : instant,
        head.header("Content-MD5"));
  }

  /** Waits for a call whose deadline bounds it. For virtual threads; never on an I/O thread. */
  public static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for the origin's answer was interrupted.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IoFailure failure) {
        throw failure;
      }
      throw new CompletionException(e.getCause());
    }
  }
}
