package dev.stoker.io.source;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.AnswerHead;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.RangeCheck;
import dev.stoker.io.net.SpliceTarget;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that an answer holds the wanted range of the pinned version and nothing else, before
 * its first byte is kept: status, {@code Content-Range}, length, validator. Conditions alone do not
 * do: servers exist that ignore them.
 */
public final class RangeAnswerCheck implements RangeCheck {
  private final AssetInfo pinned;
  private final ByteRange range;
  private final String doing;
  private final Arrivals arrivals;
  private final @Nullable SpliceTarget spliceTarget;
  private final Function<HttpAnswer, IoFailure> refusal;

  /**
   * @param doing verb phrase with its object, for messages
   * @param arrivals told how many bytes are there
   * @param plain whether the bytes come over the socket as they are
   * @param refusal what an answer that is no success means
   */
  public RangeAnswerCheck(
      AssetInfo pinned,
      ByteRange range,
      String doing,
      Arrivals arrivals,
      boolean plain,
      Function<HttpAnswer, IoFailure> refusal) {
    this.pinned = pinned;
    this.range = range;
    this.doing = doing;
    this.arrivals = arrivals;
    this.spliceTarget = plain ? arrivals.spliceTarget() : null;
    this.refusal = refusal;
  }

  /** The request with its range and the condition that its version still holds. */
  public static HttpCall conditional(HttpCall call, AssetInfo pinned, ByteRange range) {
    HttpCall ranged = call.with("Range", range.httpHeader());
    // No pattern switch here and below: linking one costs 50 ms at start-up.
    if (pinned.version() instanceof AssetVersion.ETag tag) {
      return ranged.with("If-Match", tag.value());
    }
    return pinned.version() instanceof AssetVersion.Modified modified
        ? ranged.with("If-Unmodified-Since", modified.lastModified())
        : ranged;
  }

  @Override
  public boolean accepts(AnswerHead head) {
    switch (head.status()) {
      case 206 -> checkRange(head.header("Content-Range"));
      case 200 -> checkWhole(head);
      default -> {
        return false;
      }
    }
    String coding = head.header("Content-Encoding");
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw corrupt("the answer is encoded as " + coding + ", which nobody asked for");
    }
    checkValidator(head);
    if (pinned.version() instanceof AssetVersion.AsRead asRead) {
      asRead.meet(Answers.info(pinned.path(), head, pinned.lengthBytes()));
    }
    return true;
  }

  @Override
  public int wantedBytes(int bufferBytes) {
    return (int) range.lengthBytes();
  }

  @Override
  public void arrived(int bytes) {
    arrivals.arrived(bytes);
  }

  @Override
  public @Nullable SpliceTarget spliceTarget() {
    return spliceTarget;
  }

  @Override
  public void spliced(int bytes) {
    arrivals.spliced(bytes);
  }

  @Override
  public IoFailure refusal(HttpAnswer answer) {
    return refusal.apply(answer);
  }

  private void checkRange(@Nullable String contentRange) {
    // Of a file that became shorter, the server cuts the range: the length tells why.
    String total =
        contentRange == null ? "*" : contentRange.substring(contentRange.indexOf('/') + 1);
    if (isNumber(total) && !total.equals(Long.toString(pinned.lengthBytes()))) {
      throw changed("its length is " + total + " now");
    }
    String expected = "bytes " + range.offset() + "-" + (range.end() - 1) + "/";
    if (contentRange == null
        || !contentRange.startsWith(expected)
        || !(isNumber(total) || total.equals("*"))) {
      throw corrupt(
          "the answer holds another range than the "
              + range.lengthBytes()
              + " bytes from "
              + range.offset());
    }
  }

  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private void checkWhole(AnswerHead head) {
    if (range.offset() != 0 || range.lengthBytes() != pinned.lengthBytes()) {
      throw new IoFailure.Invalid(
          "Cannot "
              + doing
              + ": the server does not serve ranges, and the file is too large to be read whole;"
              + " use a server that does.");
    }
    long length = head.contentLength();
    if (length >= 0 && length != pinned.lengthBytes()) {
      throw changed("its length is " + length + " now");
    }
  }

  private void checkValidator(AnswerHead head) {
    if (pinned.version() instanceof AssetVersion.ETag tag) {
      require(tag.value(), head.header("ETag"));
    } else if (pinned.version() instanceof AssetVersion.Modified modified) {
      require(modified.lastModified(), head.header("Last-Modified"));
    }
  }

  private void require(String pinnedValidator, @Nullable String validator) {
    if (validator == null) {
      throw corrupt("the answer does not say which version it is");
    }
    if (!validator.equals(pinnedValidator)) {
      throw changed("it is " + validator + " now");
    }
  }

  private IoFailure.Corrupt corrupt(String because) {
    return new IoFailure.Corrupt("Cannot " + doing + ": " + because + ".");
  }

  private IoFailure.Changed changed(String how) {
    return new IoFailure.Changed(
        "Cannot " + doing + ": it is no longer the version that was pinned (" + how + ").");
  }
}
